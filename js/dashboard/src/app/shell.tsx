// What stands round every page: the way to the others, the state of the connection, theme, help and sign-out.

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { ConnectionBadge } from '../live/connection_badge.js';
import { News } from '../live/news.js';
import { signOut, useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { AutoIcon, HelpIcon, LeaveIcon, MoonIcon, SunIcon } from '../ui/icons.js';
import { useStore } from '../ui/store.js';
import { setTheme, theme, THEMES } from '../ui/theme.js';
import { addressOf, type Route } from './route.js';
import { useShortcuts } from './shortcuts.js';
import './shell.css';

const HelpDialog = lazy(() => import('./help_dialog.js'));

export function Shell({ route, children }: { readonly route: Route; readonly children: ReactNode }) {
  const { mayWrite, authentication, version } = useSession();
  const [isHelping, setHelping] = useState(false);
  useShortcuts(useCallback(() => setHelping(true), []), mayWrite);
  const pages = mayWrite ? (['flags', 'history', 'server'] as const) : (['flags'] as const);
  const here = route.page === 'flag' || route.page === 'new' ? 'flags' : route.page;
  const main = useFocusOnNewPage(addressOf(route));
  return (
    <div className="shell">
      <a className="skip-link" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {strings.shell.skip}
      </a>
      <header className="shell-bar">
        <a className="brand" href={addressOf({ page: 'flags' })} title={strings.shell.version(version)}>
          <span className="brand-mark" aria-hidden="true" />
          {strings.product}
        </a>
        <nav aria-label={strings.shell.navigation}>
          {pages.map((page) => (
            <a key={page} href={addressOf({ page })} aria-current={page === here ? 'page' : undefined}>
              {strings.pages[page]}
            </a>
          ))}
        </nav>
        <div className="shell-tools">
          {!mayWrite && <span className="badge">{strings.readOnly.badge}</span>}
          <ConnectionBadge />
          <ThemeButton />
          <Button className="icon-button" aria-label={strings.shell.help} onPress={() => setHelping(true)}>
            <HelpIcon />
          </Button>
          {authentication && (
            <Button className="icon-button" aria-label={strings.shell.signOut} onPress={signOut}>
              <LeaveIcon />
            </Button>
          )}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <News />
      {isHelping && (
        <Suspense>
          <HelpDialog onClose={() => setHelping(false)} />
        </Suspense>
      )}
    </div>
  );
}

function ThemeButton() {
  const now = useStore(theme);
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]!;
  const Icon = { system: AutoIcon, light: SunIcon, dark: MoonIcon }[now];
  return (
    <Button className="icon-button" aria-label={strings.shell.theme(now, next)} onPress={() => setTheme(next)}>
      <Icon />
    </Button>
  );
}

/** Who goes to another page by keyboard or screen reader starts at its beginning. */
function useFocusOnNewPage(address: string) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(address);
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [address]);
  return main;
}
