// Shows what would be saved, and saves it, if nobody else has changed the flag meanwhile.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ApiError, type Flag, type FlagFields } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Dialog } from '../ui/dialog.js';
import { toast } from '../ui/toasts.js';
import { difference, fieldsIn } from './difference.js';
import { DifferenceView } from './difference_view.js';
import { dropDraft } from './drafts.js';

interface SaveDialogProps {
  readonly base: Flag;
  readonly fields: FlagFields;
  readonly onClose: () => void;
  /** Somebody else was faster: what the flag is now, null where it is gone. */
  readonly onConflict: (theirs: Flag | null) => void;
}

export function SaveDialog({ base, fields, onClose, onConflict }: SaveDialogProps) {
  const { api, follower } = useSession();
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState('');
  const change = difference(base, fields);
  const save = async (): Promise<void> => {
    if (isSaving) return;
    setSaving(true);
    try {
      const patch = Object.fromEntries(fieldsIn(change).map((field) => [field, fields[field]]));
      await follower.write(base.key, () => api.patch(base.key, patch, { ifRevision: base.revision }));
      dropDraft(base.key);
      toast({ text: strings.edit.saved(base.key) });
      onClose();
    } catch (error) {
      const { status, message } = error as ApiError;
      if (status === 412 || status === 404) onConflict(await api.flag(base.key).catch(() => null));
      else setProblem(message);
      setSaving(false);
    }
  };
  return (
    <Dialog
      title={strings.edit.saveTitle(base.key)}
      isWide
      onClose={onClose}
      actions={
        <>
          <Button className="button" onPress={onClose}>{strings.cancel}</Button>
          <Button className="button" data-kind="primary" autoFocus onPress={() => void save()}>
            {strings.edit.save}
          </Button>
        </>
      }
    >
      <DifferenceView difference={change} />
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
    </Dialog>
  );
}
