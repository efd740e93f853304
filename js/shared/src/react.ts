// React's view of a client: a provider of client and user, and hooks that follow the flags.

import { createContext, createElement, type ReactElement, type ReactNode, useCallback, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { type Attributes, textOf } from './attributes.js';
import type { BaseClient } from './client.js';
import type { Evaluation } from './evaluation.js';

/** What every client of Sidekick's offers, whichever its platform: a server may render with the one for Node. */
export interface FlagClient extends Pick<BaseClient, keyof BaseClient> {
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): boolean;
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): Evaluation;
  forUser(userKey: string, attributes?: Attributes): FlagUser;
}

/** A bound user, as a client's `forUser` gives it. */
export interface FlagUser {
  isEnabled(flagKey: string, defaultValue?: boolean): boolean;
  evaluate(flagKey: string, defaultValue?: boolean): Evaluation;
}

export interface SidekickProviderProps {
  /** Made outside of components, once, and closed by who made it. The provider calls its `init()`. */
  readonly client: FlagClient;
  /** Whom the hooks below ask for. */
  readonly userKey: string;
  /** What is known of the user. Compared by content, so a new object with the same values changes nothing. */
  readonly attributes?: Attributes | undefined;
  readonly children?: ReactNode;
}

/** Gives client and user to the hooks below it. */
export function SidekickProvider({ client, userKey, attributes, children }: SidekickProviderProps): ReactElement {
  const texts = textsOf(attributes);
  // A new value renders all who read it, so there is one only when something in it is another.
  const value = useMemo(() => ({ client, userKey, texts }), [client, userKey, JSON.stringify(texts)]);
  useEffect(() => {
    // Whom a failed start concerns, the client's error event tells; the hooks answer their defaults until it goes well.
    client.init().catch(() => undefined);
  }, [client]);
  return createElement(Context.Provider, { value }, children);
}

/**
 * Whether the flag is on for the provider's user. A change of flags renders the component only where it changes this
 * answer. `attributes` count beside the provider's, and before them; a new object at each render is fine.
 */
export function useFlag(flagKey: string, attributes?: Attributes, defaultValue = false): boolean {
  const { client, userKey, texts } = useProvided();
  const known = attributes ? { ...texts, ...attributes } : texts;
  const subscribe = useCallback((listener: () => void) => client.on('change', listener), [client]);
  const answer = (): boolean => client.isEnabled(flagKey, userKey, known, defaultValue);
  // On a server and while React takes over its page the same: there both sides have the flags of one bootstrap.
  return useSyncExternalStore(subscribe, answer, answer);
}

/** The provider's client, for all that is no question about one flag. */
export function useSidekick(): FlagClient {
  return useProvided().client;
}

interface Provided {
  readonly client: FlagClient;
  readonly userKey: string;
  readonly texts: Attributes;
}

const Context = createContext<Provided | undefined>(undefined);

function useProvided(): Provided {
  const provided = useContext(Context);
  if (provided === undefined) throw new Error('useFlag and useSidekick need a SidekickProvider above the component that calls them; there is none');
  return provided;
}

/** A plain copy of what the engine would see; it can be compared as JSON. */
function textsOf(attributes: Attributes | undefined): Attributes {
  const texts: Record<string, string> = {};
  for (const name in attributes) {
    const text = textOf(attributes[name]);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}
