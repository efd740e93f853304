// A flag's name, and what can be done with the flag as a whole.

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { addressOf } from '../app/route.js';
import type { Flag } from '../api.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { BackIcon } from '../ui/icons.js';
import { Ago } from '../ui/time.js';
import { DeleteDialog } from './delete_dialog.js';

export function FlagHead({ flag, isDeleted }: { readonly flag: Flag; readonly isDeleted: boolean }) {
  const { mayWrite } = useSession();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <div className="page-head flag-head">
      <a className="icon-button" href={addressOf({ page: 'flags' })} aria-label={strings.edit.toList}>
        <BackIcon />
      </a>
      <div className="flag-title">
        <h1 className="mono">{flag.key}</h1>
        <p className="quiet">
          {isDeleted ? strings.edit.isDeleted : <>{strings.edit.revision(flag.revision)}{flag.updated_at && <> · {strings.edit.lastChanged} <Ago time={flag.updated_at} /></>}</>}
        </p>
      </div>
      {mayWrite && !isDeleted && (
        <div className="page-action">
          <a className="button" href={addressOf({ page: 'new', from: flag.key })}>
            {strings.edit.duplicate}
          </a>
          <Button className="button" data-kind="danger" onPress={() => setDeleting(true)}>
            {strings.edit.delete}
          </Button>
        </div>
      )}
      {isDeleting && <DeleteDialog flag={flag} onClose={() => setDeleting(false)} />}
    </div>
  );
}
