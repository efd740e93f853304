// The page that makes a flag, from nothing or as a copy of another.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { addressOf, go } from '../app/route.js';
import { ApiError } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { BackIcon } from '../ui/icons.js';
import { toast } from '../ui/toasts.js';
import { problemAt, problemOf, useServerCheck } from './check.js';
import { draftOf, type FieldProblem, fieldsOf, isProblem, NEW_FLAG, writable } from './draft.js';
import { Editor } from './editor.js';
import { Problem } from './problem.js';
import { SidePanel } from './side_panel.js';
import './edit.css';

export default function NewPage({ from }: { readonly from: string | undefined }) {
  const { api, follower, client_visible_default } = useSession();
  const original = follower.flags.get().byKey.get(from ?? '');
  const [base] = useState(() => (original ? { ...writable(original), is_enabled: false, key: '' } : { ...NEW_FLAG, client_visible: client_visible_default }));
  const [draft, setDraft] = useState(() => draftOf(base));
  const [refusal, setRefusal] = useState<FieldProblem>();
  const [isSaving, setSaving] = useState(false);
  const fields = fieldsOf(draft, base);
  // An empty key is wrong, but nobody needs to be told before having begun.
  const checked = useServerCheck(api, !isProblem(fields) && draft.key !== '' ? fields : undefined);
  const problem = refusal ?? (isProblem(fields) ? fields : checked.problem);
  const set = (change: Partial<typeof draft>): void => {
    setRefusal(undefined);
    setDraft((draft) => ({ ...draft, ...change }));
  };
  const save = async (): Promise<void> => {
    if (isProblem(fields) || isSaving) return;
    setSaving(true);
    try {
      await follower.write(fields.key, () => api.create(fields, { ifMissing: true }));
      toast({ text: strings.edit.created(fields.key) });
      go({ page: 'flag', key: fields.key });
    } catch (error) {
      const refused = error as ApiError;
      setRefusal(refused.status === 412 ? { field: 'key', text: strings.edit.keyTaken(fields.key) } : problemOf(refused));
      setSaving(false);
    }
  };
  const ofKey = problemAt(problem, 'key');
  const hint = draft.key === '' ? strings.try.needsKey : problem ? strings.try.unusable : strings.loading;
  const isElsewhere = problem?.field === '';
  return (
    <div>
      <div className="page-head flag-head">
        <a className="icon-button" href={addressOf({ page: 'flags' })} aria-label={strings.edit.toList}>
          <BackIcon />
        </a>
        <h1>{original ? strings.edit.copyOf(original.key) : strings.pages.new}</h1>
      </div>
      <div className="flag-columns">
        <div>
          <section className="card">
            <label className="field">
              <span className="label">{strings.fields.key}</span>
              <input
                className="input mono"
                autoFocus
                autoComplete="off"
                spellCheck={false}
                value={draft.key}
                placeholder={strings.edit.keyHint}
                aria-invalid={ofKey !== undefined || undefined}
                aria-describedby="problem-key key-help"
                onChange={(event) => set({ key: event.target.value })}
              />
            </label>
            <Problem id="problem-key" text={ofKey} />
            <p id="key-help" className="quiet">{strings.edit.keyHelp}</p>
          </section>
          <Editor draft={draft} problem={problem} isDisabled={false} onChange={set} />
          <div className="save-bar" role="region" aria-label={strings.edit.unsaved}>
            <span className="save-text" role="status">{isElsewhere ? problem.text : problem ? strings.edit.mendFirst : ''}</span>
            <a className="button" href={addressOf({ page: 'flags' })}>{strings.cancel}</a>
            <Button
              className="button"
              data-kind="primary"
              isDisabled={draft.key === '' || (problem !== undefined && problem !== refusal)}
              onPress={() => void save()}
            >
              {strings.edit.create}
            </Button>
          </div>
        </div>
        <SidePanel saved={undefined} edited={problem ? undefined : checked.accepted} isChanged hint={hint} />
      </div>
    </div>
  );
}
