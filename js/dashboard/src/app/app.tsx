// The whole page: what of it is shown, by session and route.

import { lazy, Suspense, useEffect } from 'react';
import { ListPage } from '../list/list_page.js';
import { type Session, SessionProvider, sessionState } from '../session/session.js';
import { SignIn, Unreachable } from '../session/sign_in.js';
import { strings } from '../strings.js';
import { useStore } from '../ui/store.js';
import { Toasts } from '../ui/toasts.js';
import { MayBreak } from './broken.js';
import { addressOf, type Route, useRoute } from './route.js';
import { Shell } from './shell.js';

// What the list does not need is loaded when it is first asked for.
const FlagPage = lazy(() => import('../edit/flag_page.js'));
const NewPage = lazy(() => import('../edit/new_page.js'));
const HistoryPage = lazy(() => import('../history/history_page.js'));
const ServerPage = lazy(() => import('../live/server_page.js'));

export function App() {
  const state = useStore(sessionState);
  return (
    <>
      {state.kind === 'checking' && <p className="notice">{strings.loading}</p>}
      {state.kind === 'key-wanted' && <SignIn problem={state.problem} />}
      {state.kind === 'failed' && <Unreachable problem={state.problem} />}
      {state.kind === 'open' && <Opened session={state.session} />}
      <Toasts />
    </>
  );
}

function Opened({ session }: { readonly session: Session }) {
  const route = useRoute();
  useTitle(route);
  return (
    <SessionProvider value={session}>
      <Shell route={route}>
        <MayBreak key={addressOf(route)}>
          <Suspense fallback={<p className="notice">{strings.loading}</p>}>
            <Page route={route} session={session} />
          </Suspense>
        </MayBreak>
      </Shell>
    </SessionProvider>
  );
}

function Page({ route, session }: { readonly route: Route; readonly session: Session }) {
  if (route.page === 'flag') return <FlagPage key={route.key} flagKey={route.key} />;
  if (route.page !== 'flags' && !session.mayWrite) return <p className="notice">{strings.readOnly.noPage}</p>;
  if (route.page === 'new') return <NewPage key={route.from} from={route.from} />;
  if (route.page === 'history') return <HistoryPage />;
  if (route.page === 'server') return <ServerPage />;
  return <ListPage />;
}

function useTitle(route: Route): void {
  const title = route.page === 'flag' ? route.key : strings.pages[route.page];
  useEffect(() => {
    document.title = `${title} · ${strings.product}`;
  }, [title]);
}
