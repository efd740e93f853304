// What a test in the browser stands on: one browser and one site for a file, a context and a server for a test.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { type FlagFields, Server } from '../../../shared/test/support/server.js';
import { launch } from './chromium.js';
import { eventually } from './eventually.js';
import { type Page, Site } from './site.js';
import { type StartOptions, Tab } from './tab.js';

const DIST = resolve(import.meta.dirname, '../../dist');

export class Stage {
  browser!: Browser;
  site!: Site;

  /** To be called where a file's tests begin. `folders` are served beside the built package, which is at `/sdk/`. */
  constructor(folders: Readonly<Record<string, string>> = {}) {
    before(async () => {
      this.site = await Site.start({ '/sdk/': DIST, ...folders });
      this.browser = await launch();
    });
    after(async () => {
      await this.browser?.close();
      await this.site?.[Symbol.asyncDispose]();
    });
  }

  /** Runs `act` with a user's browser: tabs that know of each other, and of nothing before. */
  async play(act: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = new Scene(this, await this.browser.newContext());
    try {
      await act(scene);
    } finally {
      await scene.end();
    }
  }
}

export class Scene {
  readonly context: BrowserContext;
  readonly #stage: Stage;
  readonly #servers: Server[] = [];

  constructor(stage: Stage, context: BrowserContext) {
    this.#stage = stage;
    this.context = context;
  }

  /** A server on another origin than the pages. */
  async server(flags: readonly FlagFields[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = await Server.start(flags, environment);
    this.#servers.push(server);
    return server;
  }

  async tab(page?: Page): Promise<Tab> {
    return await Tab.open(this.context, this.#stage.site.page(page));
  }

  /** Tabs that have started one after the other: the first is the one with the stream. */
  async tabs(url: string, count: number, options: StartOptions = {}): Promise<Tab[]> {
    const all: Tab[] = [];
    for (let number = 0; number < count; number += 1) {
      const tab = await this.tab();
      assert.equal(await tab.start(url, options), 'ready');
      all.push(tab);
    }
    return all;
  }

  async end(): Promise<void> {
    await this.context.close();
    for (const server of this.#servers) await server.dispose();
  }
}

/** When the server counts this many open streams. */
export async function streams(server: Server, count: number): Promise<void> {
  await eventually(`${count} open streams`, () => server.metric('sidekick_streams_connected'), (open) => open === count);
}
