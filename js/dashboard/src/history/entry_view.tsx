// One change: what it did, who made it and when, and the way back to what it left.

import { addressOf } from '../app/route.js';
import { Button } from 'react-aria-components/Button';
import type { FlagFields, HistoryEntry } from '../api.js';
import { difference, fieldsIn } from '../edit/difference.js';
import { DifferenceView } from '../edit/difference_view.js';
import { NEW_FLAG } from '../edit/draft.js';
import { strings } from '../strings.js';
import { Ago } from '../ui/time.js';

interface EntryViewProps {
  readonly entry: HistoryEntry;
  /** Whether it is told whose change it was: not on the flag's own page. */
  readonly showsKey: boolean;
  /** Absent where the flag is at this version already. */
  readonly onRestore?: (() => void) | undefined;
}

export function EntryView({ entry, showsKey, onRestore }: EntryViewProps) {
  const { before, after } = entry;
  const kind = !before ? 'created' : !after ? 'deleted' : 'changed';
  const label = after ? strings.history.restore : strings.history.restoreDeleted;
  const change = after && difference(before ?? ({ ...NEW_FLAG, key: entry.key } satisfies FlagFields), after);
  return (
    <li className="entry" data-kind={kind}>
      <div className="entry-head">
        <span className="entry-kind">{strings.history[kind]}</span>
        {showsKey && (
          <a className="flag-key" href={addressOf({ page: 'flag', key: entry.key })}>
            {entry.key}
          </a>
        )}
        <span className="entry-who">
          <Ago time={entry.time} /> {strings.list.by(entry.actor)} · {strings.edit.revision(entry.revision)}
        </span>
        {onRestore && (
          <Button className="link-button" aria-label={strings.history.ofVersion(label, entry.key, entry.revision)} onPress={onRestore}>
            {label}
          </Button>
        )}
      </div>
      {change && fieldsIn(change).length > 0 && <DifferenceView difference={change} />}
      {change && fieldsIn(change).length === 0 && <p className="quiet">{kind === 'created' ? strings.history.createdOff : strings.history.nothing}</p>}
    </li>
  );
}
