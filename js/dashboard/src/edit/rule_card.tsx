// One rule: an attribute of the user held against values.

import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { OPERATORS } from '../api.js';
import { strings } from '../strings.js';
import { Choice } from '../ui/choice.js';
import { CrossIcon, DownIcon, GripIcon, UpIcon } from '../ui/icons.js';
import type { RuleDraft } from './draft.js';
import { canHash, showsAddresses } from './exposure.js';
import { Problem } from './problem.js';
import { ValuesField } from './values_field.js';

interface RuleCardProps {
  readonly rule: RuleDraft;
  readonly index: number;
  readonly count: number;
  /** What is wrong with a part of the rule: `.attribute`. */
  readonly problemOf: (part: string) => string | undefined;
  readonly isDisabled: boolean;
  /** Whether client keys get it. */
  readonly isVisible: boolean;
  /** Whether it was just added: then it is what one goes on with. */
  readonly isNew: boolean;
  readonly isDragged: boolean;
  readonly handle: Readonly<Record<string, (event: PointerEvent<HTMLElement>) => void>>;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
  readonly onChange: (rule: RuleDraft) => void;
}

export function RuleCard(props: RuleCardProps) {
  const { rule, index, count, problemOf, isDisabled, isVisible, isNew, isDragged, handle, onMove, onRemove, onChange } = props;
  const id = useId();
  const place = index + 1;
  const attribute = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) attribute.current?.focus();
  }, [isNew]);
  const hear = (event: KeyboardEvent): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    onMove(index + step);
  };
  const [ofAttribute, ofOperator, ofValues] = [problemOf('.attribute'), problemOf('.operator'), problemOf('.values')];
  // A newer server may know operators that this page does not.
  const known: readonly string[] = OPERATORS;
  const operators = known.includes(rule.operator) ? known : [...known, rule.operator];
  const names: Readonly<Record<string, string>> = Object.fromEntries(operators.map((name) => [name, strings.operators[name] ?? name]));
  return (
    <li className="rule-card" data-dragged={isDragged || undefined} aria-label={strings.edit.rule(place)}>
      <div className="rule-head">
        {!isDisabled && (
          <button type="button" className="grip" aria-label={strings.edit.grip(place, count)} onKeyDown={hear} {...handle}>
            <GripIcon />
          </button>
        )}
        <span className="rule-number" aria-hidden="true">
          {place}
        </span>
        <span className="rule-line">
          <input
            ref={attribute}
            className="input mono rule-attribute"
            aria-label={strings.edit.attribute}
            placeholder={strings.edit.attributeHint}
            autoComplete="off"
            spellCheck={false}
            value={rule.attribute}
            disabled={isDisabled}
            aria-invalid={ofAttribute !== undefined || undefined}
            aria-describedby={`${id}-attribute`}
            onChange={(event) => onChange({ ...rule, attribute: event.target.value })}
          />
          <Choice<string>
            label={strings.edit.operator}
            all={operators}
            names={names}
            value={rule.operator}
            isDisabled={isDisabled}
            onChange={(operator) => onChange({ ...rule, operator, hash_values: canHash({ operator }) && (rule.hash_values ?? false) })}
          />
        </span>
        {!isDisabled && (
          <span className="rule-tools">
            <Button className="icon-button" aria-label={strings.edit.moveUp(place)} isDisabled={index === 0} onPress={() => onMove(index - 1)}>
              <UpIcon />
            </Button>
            <Button
              className="icon-button"
              aria-label={strings.edit.moveDown(place)}
              isDisabled={place === count}
              onPress={() => onMove(index + 1)}
            >
              <DownIcon />
            </Button>
            <Button className="icon-button" aria-label={strings.edit.removeRule(place)} onPress={onRemove}>
              <CrossIcon />
            </Button>
          </span>
        )}
      </div>
      <Problem id={`${id}-attribute`} text={ofAttribute ?? ofOperator} />
      <ValuesField
        values={rule.values}
        label={strings.edit.valuesOf(place)}
        problem={ofValues}
        isDisabled={isDisabled}
        onChange={(values) => onChange({ ...rule, values })}
      />
      {canHash(rule) && (
        <label className="check">
          <input
            type="checkbox"
            aria-label={strings.exposure.hash(place)}
            checked={rule.hash_values ?? false}
            disabled={isDisabled}
            onChange={(event) => onChange({ ...rule, hash_values: event.target.checked })}
          />
          {strings.exposure.hashText}
        </label>
      )}
      <Problem text={problemOf('.hash_values')} />
      {isVisible && showsAddresses(rule) && (
        <p className="exposure" role="note">
          {canHash(rule) ? strings.exposure.hashOrHide : strings.exposure.hide}
        </p>
      )}
    </li>
  );
}
