// Asks before a flag is deleted; for one that is on, the key must be typed.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { go } from '../app/route.js';
import { ApiError, type Flag } from '../api.js';
import { type Session, useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Dialog } from '../ui/dialog.js';
import { toast } from '../ui/toasts.js';
import { writable } from './draft.js';
import { dropDraft } from './drafts.js';

export function DeleteDialog({ flag, onClose }: { readonly flag: Flag; readonly onClose: () => void }) {
  const session = useSession();
  const [typed, setTyped] = useState('');
  const [isDeleting, setDeleting] = useState(false);
  const [problem, setProblem] = useState('');
  const isSure = !flag.is_enabled || typed.trim() === flag.key;
  const remove = async (): Promise<void> => {
    if (isDeleting) return;
    setDeleting(true);
    try {
      await session.follower.write(flag.key, () => session.api.delete(flag.key, { ifRevision: flag.revision }));
      dropDraft(flag.key);
      toast({ text: strings.edit.deleted(flag.key), action: { label: strings.toggle.undo, act: () => void createAgain(session, flag) } });
      go({ page: 'flags' });
    } catch (error) {
      const { status, message } = error as ApiError;
      setProblem(status === 412 ? strings.edit.deleteConflict : message);
      setDeleting(false);
    }
  };
  return (
    <Dialog
      title={strings.edit.deleteTitle(flag.key)}
      isAlert
      onClose={onClose}
      actions={
        <>
          <Button className="button" autoFocus={!flag.is_enabled} onPress={onClose}>{strings.cancel}</Button>
          <Button className="button" data-kind="danger-solid" isDisabled={!isSure} onPress={() => void remove()}>
            {strings.edit.delete}
          </Button>
        </>
      }
    >
      <p>{flag.is_enabled ? strings.edit.deleteOn : strings.edit.deleteOff}</p>
      {flag.is_enabled && (
        <label className="field">
          <span className="label">{strings.edit.typeKey(flag.key)}</span>
          <input className="input mono" autoFocus autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
        </label>
      )}
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
    </Dialog>
  );
}

async function createAgain({ api, follower }: Session, flag: Flag): Promise<void> {
  try {
    await follower.write(flag.key, () => api.create(writable(flag), { ifMissing: true }));
  } catch (error) {
    toast({ text: strings.toggle.failed(flag.key, (error as ApiError).message), isError: true });
  }
}
