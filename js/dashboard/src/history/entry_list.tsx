// Changes, newest first, each with the way back to it.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { HistoryEntry } from '../api.js';
import { difference, fieldsIn } from '../edit/difference.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useStore } from '../ui/store.js';
import { useEntries } from './entries.js';
import { EntryView } from './entry_view.js';
import { RestoreDialog } from './restore_dialog.js';
import './history.css';

/** Of one flag, or of all. */
export function EntryList({ flagKey }: { readonly flagKey: string | undefined }) {
  const { follower } = useSession();
  const flags = useStore(follower.flags);
  const { entries, hasMore, problem, readMore } = useEntries(flagKey);
  const [restored, setRestored] = useState<HistoryEntry>();
  const isNow = ({ key, after, before }: HistoryEntry): boolean => {
    const [flag, version] = [flags.byKey.get(key), after ?? before];
    return flag !== undefined && version !== null && fieldsIn(difference(flag, version)).length === 0;
  };
  return (
    <>
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      {entries?.length === 0 && <p className="notice">{strings.history.none}</p>}
      <ol className="entries" aria-label={strings.pages.history}>
        {entries?.map((entry) => (
          <EntryView key={entry.revision} entry={entry} showsKey={flagKey === undefined} onRestore={isNow(entry) ? undefined : () => setRestored(entry)} />
        ))}
      </ol>
      {hasMore && (
        <Button className="button" onPress={readMore}>
          {strings.history.older}
        </Button>
      )}
      {restored && <RestoreDialog entry={restored} onClose={() => setRestored(undefined)} />}
    </>
  );
}
