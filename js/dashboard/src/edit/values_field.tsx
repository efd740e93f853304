// A rule's values: as chips, typed one by one or pasted as a list.

import { type ClipboardEvent, type KeyboardEvent, useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Tag, TagGroup, TagList } from 'react-aria-components/TagGroup';
import { strings } from '../strings.js';
import { CrossIcon } from '../ui/icons.js';
import { valuesIn } from './pasted_values.js';
import { Problem } from './problem.js';

/** A thousand chips are no help to anybody, and slow. */
const MOST_SHOWN = 60;
/** So many are seen to be so many. */
const FEW = 5;

interface ValuesFieldProps {
  readonly values: readonly string[];
  readonly label: string;
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (values: readonly string[]) => void;
}

export function ValuesField({ values, label, problem, isDisabled, onChange }: ValuesFieldProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const add = (more: readonly string[]): void => onChange([...new Set([...values, ...more])]);
  const takeTyped = (): void => {
    if (text !== '') add([text]);
    setText('');
  };
  const hear = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      takeTyped();
    } else if (event.key === 'Backspace' && text === '') {
      onChange(values.slice(0, -1));
    }
  };
  const paste = (event: ClipboardEvent): void => {
    const list = valuesIn(event.clipboardData.getData('text'));
    if (list.length < 2) return;
    event.preventDefault();
    add(list);
  };
  const shown = showsAll ? values : values.slice(0, MOST_SHOWN);
  const hidden = values.length - shown.length;
  return (
    <div className="values">
      {values.length > 0 && (
        <TagGroup
          aria-label={label}
          {...(!isDisabled && { onRemove: (keys: ReadonlySet<unknown>) => onChange(values.filter((value) => !keys.has(keyOf(value)))) })}
        >
          <TagList className="chips" items={shown.map((value) => ({ id: keyOf(value), value }))}>
            {({ id: key, value }) => (
              <Tag id={key} className="chip" textValue={value === '' ? strings.emptyValue : value}>
                <span className="chip-text" title={value}>
                  {value === '' ? strings.emptyValue : value}
                </span>
                {!isDisabled && (
                  <Button slot="remove" className="chip-remove" aria-label={strings.edit.removeValue(value)}>
                    <CrossIcon />
                  </Button>
                )}
              </Tag>
            )}
          </TagList>
        </TagGroup>
      )}
      {hidden > 0 && (
        <Button className="link-button" onPress={() => setShowsAll(true)}>
          {strings.edit.showAll(values.length)}
        </Button>
      )}
      {!isDisabled && (
        <div className="value-entry">
          <input
            className="input mono"
            aria-label={strings.edit.addValue(label)}
            placeholder={strings.edit.valueHint}
            autoComplete="off"
            spellCheck={false}
            value={text}
            aria-invalid={problem !== undefined || undefined}
            aria-describedby={`${id}-problem`}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={hear}
            onPaste={paste}
            onBlur={takeTyped}
          />
          {values.length > FEW && <span className="quiet">{strings.edit.values(values.length)}</span>}
        </div>
      )}
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** No value is an empty key, which the list could not take. */
function keyOf(value: string): string {
  return `=${value}`;
}
