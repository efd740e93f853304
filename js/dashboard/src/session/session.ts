// Who uses the page: the key, what it may do, and what was made with it.

import { createContext, useContext } from 'react';
import { type Access, Api, ApiError } from '../api.js';
import { Follower } from '../live/follower.js';
import { strings } from '../strings.js';
import { Store } from '../ui/store.js';
import { forgetKey, keepKey, keptKey } from './key_store.js';

/** All that a page with access works with. */
export interface Session extends Access {
  readonly api: Api;
  readonly follower: Follower;
  readonly mayWrite: boolean;
}

export type SessionState =
  | { readonly kind: 'checking' }
  /** The server asks for a key; `problem` says what was wrong with the last one. */
  | { readonly kind: 'key-wanted'; readonly problem?: string }
  /** The server could not be asked. */
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'open'; readonly session: Session };

export const sessionState = new Store<SessionState>({ kind: 'checking' });

const SessionContext = createContext<Session | undefined>(undefined);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is for components below SessionProvider');
  return session;
}

/** Opens a session with the kept key, or without one where the server wants none. */
export async function resume(): Promise<void> {
  await open(keptKey());
}

/** Opens a session with a key that the user gave. */
export async function signIn(key: string, remember: boolean): Promise<void> {
  // No header takes another, so no server has such a key.
  if (!/^[\x20-\x7e]*$/.test(key)) return sessionState.set({ kind: 'key-wanted', problem: strings.signIn.unsendable });
  if (await open(key)) keepKey(key, remember);
}

export function signOut(): void {
  end({ kind: 'key-wanted' });
}

async function open(key: string | undefined): Promise<boolean> {
  const api = new Api(key ?? '', () => {
    // A key that was good is no longer: it was taken from the server.
    if (sessionState.get().kind === 'open') end({ kind: 'key-wanted', problem: strings.signIn.expired });
  });
  try {
    const access = await api.access();
    // What the stream was refused with, the API is refused with, too; that ends the session.
    const follower = new Follower(key ?? '', () => void api.access().catch(() => undefined));
    follower.start();
    sessionState.set({ kind: 'open', session: { ...access, api, follower, mayWrite: access.access === 'full' } });
    return true;
  } catch (error) {
    const { status, message } = error as ApiError;
    if (status !== 401) sessionState.set({ kind: 'failed', problem: message });
    else sessionState.set(key === undefined ? { kind: 'key-wanted' } : { kind: 'key-wanted', problem: strings.signIn.refused });
    return false;
  }
}

function end(next: SessionState): void {
  const state = sessionState.get();
  if (state.kind === 'open') state.session.follower.stop();
  forgetKey();
  sessionState.set(next);
}
