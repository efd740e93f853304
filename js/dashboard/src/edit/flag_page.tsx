// The page of one flag: its editor, and beside it what the edit would do and what was done before.

import { useMemo, useState } from 'react';
import { addressOf } from '../app/route.js';
import type { Flag } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useStore } from '../ui/store.js';
import { useServerCheck } from './check.js';
import { type Conflict, ConflictDialog } from './conflict_dialog.js';
import { type Draft, draftOf, fieldsOf, isProblem, writable } from './draft.js';
import { difference, fieldsIn } from './difference.js';
import { drafts, dropDraft, keepDraft } from './drafts.js';
import { Editor } from './editor.js';
import { FlagHead } from './flag_head.js';
import { SaveBar } from './save_bar.js';
import { SaveDialog } from './save_dialog.js';
import { SidePanel } from './side_panel.js';
import './edit.css';

export default function FlagPage({ flagKey }: { readonly flagKey: string }) {
  const { follower } = useSession();
  const flags = useStore(follower.flags);
  const saved = flags.byKey.get(flagKey);
  const editing = useStore(drafts).get(flagKey);
  if (!flags.loaded) return <p className="notice">{strings.loading}</p>;
  const base = editing?.base ?? saved;
  if (!base) return <Missing flagKey={flagKey} />;
  return <FlagEditor base={base} saved={saved} draft={editing?.draft} />;
}

interface FlagEditorProps {
  /** The version that the edit began from. */
  readonly base: Flag;
  /** The server's version; undefined where the flag was deleted meanwhile. */
  readonly saved: Flag | undefined;
  readonly draft: Draft | undefined;
}

function FlagEditor({ base, saved, draft: kept }: FlagEditorProps) {
  const { api, mayWrite } = useSession();
  const [conflict, setConflict] = useState<Conflict>();
  const [isSaving, setSaving] = useState(false);
  const before = useMemo(() => writable(base), [base]);
  const unedited = useMemo(() => draftOf(before), [before]);
  const draft = kept ?? unedited;
  const fields = useMemo(() => fieldsOf(draft, before), [draft, before]);
  const change = isProblem(fields) ? undefined : difference(before, fields);
  const isChanged = isProblem(fields) || fieldsIn(change!).length > 0;
  const checked = useServerCheck(api, mayWrite && isChanged && !isProblem(fields) ? fields : undefined);
  const problem = isProblem(fields) ? fields : checked.problem;
  const edited = isChanged ? checked.accepted : before;
  const isOutdated = kept !== undefined && isChanged && saved?.revision !== base.revision;

  const set = (next: Draft): void => {
    const written = fieldsOf(next, before);
    // An edit that was taken back is none.
    if (!isProblem(written) && fieldsIn(difference(before, written)).length === 0) dropDraft(base.key);
    else keepDraft(base.key, { base, draft: next });
  };

  const compare = (): void => {
    if (!isProblem(fields)) setConflict({ base, theirs: saved ?? null, mine: fields });
  };

  return (
    <div>
      <FlagHead flag={saved ?? base} isDeleted={!saved} />
      <div className="flag-columns">
        <div>
          {isOutdated && !isProblem(fields) && <OutdatedBanner isDeleted={!saved} onCompare={compare} />}
          <Editor draft={draft} problem={problem} isDisabled={!mayWrite} onChange={set} />
          {mayWrite && isChanged && (
            <SaveBar
              changes={change ? fieldsIn(change) : []}
              problem={problem}
              isOutdated={isOutdated}
              onDiscard={() => dropDraft(base.key)}
              onSave={() => (isOutdated ? compare() : setSaving(true))}
            />
          )}
        </div>
        {mayWrite ? (
          <SidePanel
            saved={before}
            edited={problem ? undefined : edited}
            isChanged={isChanged}
            hint={problem ? strings.try.unusable : strings.loading}
          />
        ) : (
          <p className="quiet">{strings.readOnly.noPanel}</p>
        )}
      </div>
      {isSaving && !isProblem(fields) && (
        <SaveDialog
          base={base}
          fields={fields}
          onClose={() => setSaving(false)}
          onConflict={(theirs) => {
            setSaving(false);
            setConflict({ base, theirs, mine: fields });
          }}
        />
      )}
      {conflict && <ConflictDialog conflict={conflict} onClose={() => setConflict(undefined)} />}
    </div>
  );
}

function OutdatedBanner({ isDeleted, onCompare }: { readonly isDeleted: boolean; readonly onCompare: () => void }) {
  return (
    <div className="banner" data-kind="warning" role="alert">
      <span>{isDeleted ? strings.conflict.deletedBanner : strings.conflict.banner}</span>
      <button type="button" className="button" onClick={onCompare}>
        {strings.conflict.compare}
      </button>
    </div>
  );
}

function Missing({ flagKey }: { readonly flagKey: string }) {
  return (
    <div className="notice">
      <h1>{strings.edit.missing(flagKey)}</h1>
      <p>{strings.edit.missingText}</p>
      <a className="button" href={addressOf({ page: 'flags' })}>
        {strings.edit.toList}
      </a>
    </div>
  );
}
