// React's part of a test page: components that count how often they are rendered, by themselves and on a server's HTML.

import { createElement, memo, type ReactElement, StrictMode, useEffect, useState } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { type FlagClient, SidekickProvider, useFlag } from '@sidekick-flags/browser/react';
import { Checkout } from './react_checkout.js';

/** What a component did. */
export interface Record {
  /** The answers, one for each time that it was rendered. */
  readonly rendered: boolean[];
  /** What its effects saw: user and answer. */
  readonly effects: [string, boolean][];
}

const records = new Map<string, Record>();

/** What the component that asks for the flag did so far. */
export function recordOf(flagKey: string): Record {
  const record = records.get(flagKey) ?? { rendered: [], effects: [] };
  records.set(flagKey, record);
  return record;
}

/** The client, with its listeners of `change` counted. */
function counted(client: FlagClient): FlagClient & { began: number; open: number } {
  return Object.assign(Object.create(client) as FlagClient, {
    began: 0,
    open: 0,
    // Of the true client, for its private parts are not inherited.
    init: () => client.init(),
    isEnabled: client.isEnabled.bind(client),
    on(event: 'change', listener: () => void): () => void {
      this.began += 1;
      this.open += 1;
      const stop = client.on(event, listener);
      return () => {
        this.open -= 1;
        stop();
      };
    },
  });
}

function Flag({ flagKey, userKey, isInline }: { flagKey: string; userKey: string; isInline?: boolean }): ReactElement {
  const answer = useFlag(flagKey, isInline ? { country: 'de' } : undefined);
  const record = recordOf(flagKey);
  record.rendered.push(answer);
  useEffect(() => void record.effects.push([userKey, answer]), [record, userKey, answer]);
  return createElement('i', { id: flagKey }, String(answer));
}

const MemoFlag = memo(Flag);

/** What a test steers. */
export interface Stage {
  /** Renders from the top, as when a parent has other news; the attributes are a new object each time. */
  render(userKey: string, plan: string): void;
  unmount(): void;
  readonly listeners: { readonly began: number; readonly open: number };
}

/** Mounts a component for each flag. The first ones are rendered only when they must be, the last whenever its parent is. */
export function mount(client: FlagClient, flagKeys: readonly string[], isStrict: boolean): Stage {
  const listeners = counted(client);
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  return {
    listeners,
    render: (userKey, plan) => {
      const flags = flagKeys.map((flagKey, index) => {
        const isLast = index === flagKeys.length - 1;
        return createElement(isLast ? Flag : MemoFlag, { key: flagKey, flagKey, userKey, isInline: isLast });
      });
      const tree = createElement(SidekickProvider, { client: listeners, userKey, attributes: { plan } }, flags);
      flushSync(() => root.render(isStrict ? createElement(StrictMode, null, tree) : tree));
    },
    unmount: () => flushSync(() => root.unmount()),
  };
}

/** What happened while React took over a server's HTML. */
export interface Hydration {
  readonly root: Root;
  /** What React put right, because the first render here was another than the server's. */
  readonly corrections: string[];
  /** Changes of the document. */
  readonly mutations: string[];
  /** When React has taken over. */
  readonly done: Promise<void>;
}

export function hydrate(client: FlagClient, container: Element): Hydration {
  const corrections: string[] = [];
  const mutations: string[] = [];
  new MutationObserver((all) => mutations.push(...all.map(({ type, target }) => `${type} of ${target.nodeName}`))).observe(container, {
    characterData: true,
    childList: true,
    subtree: true,
  });
  let root: Root | undefined;
  const done = new Promise<void>((resolve) => {
    root = hydrateRoot(container, createElement(Done, { done: resolve }, createElement(Checkout, { client })), {
      onRecoverableError: (error) => corrections.push(String(error)),
    });
  });
  return { root: root!, corrections, mutations, done };
}

function Done({ done, children }: { done: () => void; children?: ReactElement }): ReactElement | undefined {
  const [isOver, setOver] = useState(false);
  useEffect(() => setOver(true), []);
  useEffect(() => {
    if (isOver) done();
  }, [isOver, done]);
  return children;
}
