// The page of all flags.

import { useDeferredValue, useMemo } from 'react';
import { Button } from 'react-aria-components/Button';
import { addressOf } from '../app/route.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { PlusIcon } from '../ui/icons.js';
import { useStore } from '../ui/store.js';
import { FlagTable } from './flag_table.js';
import { EVERYTHING, isFiltered, select, selection } from './selection.js';
import { Toolbar } from './toolbar.js';
import './list.css';

export function ListPage() {
  const { follower, mayWrite } = useSession();
  const flags = useStore(follower.flags);
  const status = useStore(follower.status);
  const wanted = useStore(selection);
  // Typing goes before showing what was typed for.
  const shown = useDeferredValue(wanted);
  const selected = useMemo(() => select(flags.all, shown), [flags, shown]);
  const isEmpty = flags.loaded && flags.all.length === 0;
  return (
    <div>
      <div className="page-head">
        <h1>{strings.pages.flags}</h1>
        <p className="quiet" role="status">
          {flags.loaded ? strings.list.count(selected.length, flags.all.length) : ''}
        </p>
        {mayWrite && (
          <a className="button page-action" data-kind="primary" href={addressOf({ page: 'new', from: undefined })}>
            <PlusIcon /> {strings.list.create}
          </a>
        )}
      </div>
      {!mayWrite && <p className="banner">{strings.readOnly.banner}</p>}
      {status === 'stale' && <p className="banner" data-kind="warning">{strings.connection.staleBanner}</p>}
      {!isEmpty && <Toolbar />}
      {!flags.loaded && <p className="notice">{status === 'connecting' ? strings.list.loading : ''}</p>}
      {isEmpty && <Welcome mayWrite={mayWrite} />}
      {flags.loaded && !isEmpty && selected.length === 0 && (
        <div className="notice">
          <p>{strings.list.nothingFound}</p>
          {isFiltered(shown) && (
            <Button className="button" onPress={() => selection.set(EVERYTHING)}>
              {strings.list.showAll}
            </Button>
          )}
        </div>
      )}
      {selected.length > 0 && <FlagTable flags={selected} />}
    </div>
  );
}

function Welcome({ mayWrite }: { readonly mayWrite: boolean }) {
  return (
    <div className="notice">
      <h2>{strings.list.welcome}</h2>
      <p>{mayWrite ? strings.list.welcomeText : strings.list.welcomeReadOnly}</p>
    </div>
  );
}
