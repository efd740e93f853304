// A tab with a client in its page, and what a test may ask of both.

import type { BrowserContext, Page } from 'playwright-core';
import type { SidekickBrowserClient } from '@sidekick-flags/browser';
import { CLIENT_KEY } from '../../../shared/test/support/server.js';
import { eventually } from './eventually.js';

/** What the page's client has told so far. */
export interface Heard {
  readonly changes: (readonly string[])[];
  readonly errors: { readonly code: string; readonly message: string; readonly status: number | undefined }[];
  readonly statuses: string[];
}

interface PageWithClient {
  client: SidekickBrowserClient;
  heard: Heard;
}

export interface StartOptions {
  readonly key?: string;
  /** Where the package's module is. */
  readonly entry?: string;
  readonly initTimeout?: number;
  readonly bootstrap?: string;
  readonly transport?: 'eventsource';
  readonly shareStream?: false;
  readonly storage?: 'local';
}

export class Tab {
  readonly page: Page;
  /** What the browser's console has shown as errors. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** A tab beside the context's others, at the address. */
  static async open(context: BrowserContext, address: string): Promise<Tab> {
    const page = await context.newPage();
    // The compiler of the tests calls this by name in functions that run in the page.
    await page.addInitScript('globalThis.__name = (value) => value');
    const tab = new Tab(page);
    await page.goto(address);
    return tab;
  }

  /** Makes a client in the page and starts it; `ready`, or why `init` failed. */
  async start(serverUrl: string, options: StartOptions = {}): Promise<string> {
    const { key = CLIENT_KEY, entry = '/sdk/index.js', ...rest } = options;
    return await this.page.evaluate(
      async ([serverUrl, key, entry, options]) => {
        const { SidekickBrowserClient } = (await import(entry)) as typeof import('@sidekick-flags/browser');
        const heard: Heard = { changes: [], errors: [], statuses: [] };
        const client = new SidekickBrowserClient(serverUrl, key, {
          onError: ({ code, message, status }) => void heard.errors.push({ code, message, status }),
          ...options,
        });
        client.on('change', (keys) => void heard.changes.push(keys));
        client.on('status', (status) => void heard.statuses.push(status));
        Object.assign(globalThis, { client, heard });
        return await client.init().then(
          () => 'ready',
          (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
        );
      },
      [serverUrl, key, entry, rest] as const,
    );
  }

  async isEnabled(flagKey: string): Promise<boolean> {
    return await this.page.evaluate((flagKey) => (globalThis as unknown as PageWithClient).client.isEnabled(flagKey, 'ann'), flagKey);
  }

  async status(): Promise<string> {
    return await this.page.evaluate(() => (globalThis as unknown as PageWithClient).client.status);
  }

  async heard(): Promise<Heard> {
    return await this.page.evaluate(() => (globalThis as unknown as PageWithClient).heard);
  }

  async flagKeys(): Promise<string[]> {
    return await this.page.evaluate(() => (globalThis as unknown as PageWithClient).client.flags().map(({ key }) => key));
  }

  async snapshot(): Promise<string | undefined> {
    return await this.page.evaluate(() => (globalThis as unknown as PageWithClient).client.snapshot());
  }

  /** Stops all that runs in the page, as a debugger does. Gives what lets it run again. */
  async pause(): Promise<() => Promise<void>> {
    const devtools = await this.page.context().newCDPSession(this.page);
    await devtools.send('Debugger.enable');
    const paused = new Promise((resolve) => devtools.once('Debugger.paused', resolve));
    await devtools.send('Debugger.pause');
    const woken = this.page.evaluate(() => undefined);
    await paused;
    return async () => {
      await devtools.send('Debugger.disable');
      await woken;
    };
  }

  async closeClient(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as PageWithClient).client.close());
  }

  /** When the page's client has the flags of the store's revision, and vouches for them. */
  async reached(revision: number): Promise<void> {
    const state = (): Promise<[string, number]> =>
      this.page.evaluate(() => {
        const { client } = globalThis as unknown as PageWithClient;
        return [client.status, client.revision];
      });
    await eventually(`revision ${revision} in the page`, state, ([status, at]) => status === 'ready' && at >= revision);
  }

  /** When the client's status is this one. */
  async becomes(status: string): Promise<void> {
    await eventually(`the status ${status}`, () => this.status(), (now) => now === status);
  }
}
