// The app's life: in the background nothing of the stream is left, in the foreground it goes on at once.

import { type Driver, hurry } from '../../js/shared/src/driver.js';
import type { StreamEngine } from './stream_engine.js';

/** React Native's `AppState`, as far as it is needed. */
export interface AppStateLike {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/** Gives what ends it. The driver may come later. */
export function followAppState(appState: AppStateLike, engine: StreamEngine, driver: () => Driver | undefined): () => void {
  // The state at the start is not asked for: it may not be known yet, and who starts a client wants its flags.
  const subscription = appState.addEventListener('change', (state) => {
    if (state === 'background') {
      // The system takes the sockets away in any case, sooner or later and without a word.
      engine.rest();
      driver()?.drop();
    } else if (state === 'active') {
      engine.wake();
      driver()?.act(hurry);
    }
    // `inactive` is a glance at something else, a call or the switch of apps; what comes of it comes as one of the others.
  });
  return () => subscription.remove();
}
