// Two people changed one flag: shows both versions, and lets one choose field by field. Nothing is written by it.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ApiError, type Flag, type FlagFields, type TargetingRule } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Dialog } from '../ui/dialog.js';
import { toast } from '../ui/toasts.js';
import { RuleText } from './difference_view.js';
import { type Field, difference, fieldsIn } from './difference.js';
import { draftOf, writable } from './draft.js';
import { dropDraft, keepDraft } from './drafts.js';

export interface Conflict {
  /** The version that both began from. */
  readonly base: Flag;
  /** What it is on the server now; null where it was deleted. */
  readonly theirs: Flag | null;
  readonly mine: FlagFields;
}

interface ConflictDialogProps {
  readonly conflict: Conflict;
  readonly onClose: () => void;
}

type Side = 'theirs' | 'mine';

export function ConflictDialog({ conflict, onClose }: ConflictDialogProps) {
  const { base, theirs, mine } = conflict;
  return theirs ? (
    <Choosing base={base} theirs={theirs} mine={mine} onClose={onClose} />
  ) : (
    <Deleted mine={mine} onClose={onClose} />
  );
}

function Choosing({ base, theirs, mine, onClose }: Conflict & { readonly theirs: Flag; readonly onClose: () => void }) {
  const differing = fieldsIn(difference(theirs, mine));
  const changedByMe = fieldsIn(difference(base, mine));
  // What only the other one changed stays theirs; my own edits stay mine until I say otherwise.
  const [sides, setSides] = useState<Partial<Record<Field, Side>>>({});
  const sideOf = (field: Field): Side => sides[field] ?? (changedByMe.includes(field) ? 'mine' : 'theirs');
  const take = (): void => {
    let merged = writable(theirs);
    for (const field of differing) if (sideOf(field) === 'mine') merged = { ...merged, [field]: mine[field] };
    if (fieldsIn(difference(theirs, merged)).length === 0) dropDraft(base.key);
    else keepDraft(base.key, { base: theirs, draft: draftOf(merged) });
    onClose();
  };
  return (
    <Dialog
      title={strings.conflict.title(base.key)}
      isWide
      onClose={onClose}
      actions={
        <>
          <Button className="button" onPress={onClose}>{strings.cancel}</Button>
          <Button className="button" onPress={() => (dropDraft(base.key), onClose())}>{strings.conflict.dropMine}</Button>
          <Button className="button" data-kind="primary" onPress={take}>{strings.conflict.take}</Button>
        </>
      }
    >
      <p>{differing.length === 0 ? strings.conflict.same : strings.conflict.text}</p>
      {differing.map((field) => (
        <fieldset className="conflict-field" key={field}>
          <legend>{strings.fields[field]}</legend>
          {(['theirs', 'mine'] as const).map((side) => (
            <label className="conflict-side" key={side} data-chosen={sideOf(field) === side || undefined}>
              <span className="conflict-name">
                <input
                  type="radio"
                  name={`conflict-${field}`}
                  checked={sideOf(field) === side}
                  onChange={() => setSides((sides) => ({ ...sides, [field]: side }))}
                />
                {strings.conflict.sides[side]}
              </span>
              <FieldValue field={field} flag={side === 'theirs' ? writable(theirs) : mine} />
            </label>
          ))}
        </fieldset>
      ))}
    </Dialog>
  );
}

function Deleted({ mine, onClose }: { readonly mine: FlagFields; readonly onClose: () => void }) {
  const { api, follower } = useSession();
  const createAgain = async (): Promise<void> => {
    try {
      await follower.write(mine.key, () => api.create(mine, { ifMissing: true }));
      dropDraft(mine.key);
    } catch (error) {
      toast({ text: (error as ApiError).message, isError: true });
    }
    onClose();
  };
  return (
    <Dialog
      title={strings.conflict.deletedTitle(mine.key)}
      onClose={onClose}
      actions={
        <>
          <Button className="button" onPress={() => (dropDraft(mine.key), onClose())}>{strings.conflict.dropMine}</Button>
          <Button className="button" data-kind="primary" onPress={() => void createAgain()}>{strings.conflict.createAgain}</Button>
        </>
      }
    >
      <p>{strings.conflict.deletedText}</p>
    </Dialog>
  );
}

function FieldValue({ field, flag }: { readonly field: Field; readonly flag: FlagFields }) {
  if (field === 'is_enabled') return <span>{strings.onOff(flag.is_enabled)}</span>;
  if (field === 'rollout_percentage') return <span>{strings.rollout(flag.rollout_percentage)}</span>;
  if (field === 'client_visible') return <span>{strings.visibility(flag.client_visible)}</span>;
  if (field === 'description') return <span>{flag.description ?? strings.noDescription}</span>;
  return <RuleList rules={flag.rules} />;
}

function RuleList({ rules }: { readonly rules: readonly TargetingRule[] }) {
  if (rules.length === 0) return <span>{strings.list.noRules}</span>;
  return (
    <ol className="rule-list">
      {rules.map((rule, index) => (
        <li key={index}>
          <RuleText rule={rule} />
        </li>
      ))}
    </ol>
  );
}
