// Brings a flag back to what it was after a change, or before it was deleted: as a new change, if nobody else is faster.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ApiError, type HistoryEntry } from '../api.js';
import { difference } from '../edit/difference.js';
import { DifferenceView } from '../edit/difference_view.js';
import { NEW_FLAG, writable } from '../edit/draft.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Dialog } from '../ui/dialog.js';
import { useStore } from '../ui/store.js';
import { toast } from '../ui/toasts.js';

export function RestoreDialog({ entry, onClose }: { readonly entry: HistoryEntry; readonly onClose: () => void }) {
  const { api, follower } = useSession();
  const now = useStore(follower.flags).byKey.get(entry.key);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState('');
  const version = entry.after ?? entry.before;
  if (!version) return null;
  const restore = async (): Promise<void> => {
    if (isSaving) return;
    setSaving(true);
    setProblem('');
    try {
      const condition = now ? { ifRevision: now.revision } : ({ ifMissing: true } as const);
      await follower.write(entry.key, () => api.create(writable(version), condition));
      toast({ text: strings.history.restored(entry.key) });
      onClose();
    } catch (error) {
      const { status, message } = error as ApiError;
      setProblem(status === 412 ? strings.history.conflict : message);
      setSaving(false);
    }
  };
  return (
    <Dialog
      title={now ? strings.history.restoreTitle(entry.key, version.revision) : strings.history.recreateTitle(entry.key)}
      isWide
      onClose={onClose}
      actions={
        <>
          <Button className="button" onPress={onClose}>{strings.cancel}</Button>
          <Button className="button" data-kind="primary" autoFocus onPress={() => void restore()}>
            {strings.history.restoreNow}
          </Button>
        </>
      }
    >
      <DifferenceView difference={difference(now ?? { ...NEW_FLAG, key: entry.key }, version)} />
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
    </Dialog>
  );
}
