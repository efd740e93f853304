// What a test of the page plays on: the real server with the page in it, and a real browser.

import { after, before } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launch } from '../../../browser/test/support/chromium.js';
import { type FlagFields, KEY, Server } from '../../../shared/test/support/server.js';

/** The page that the server carries, or that of the folder in the variable: for who changes the page, and not the server. */
export const PAGE: Readonly<Record<string, string>> = process.env['PUBLIC_DIR'] ? { PUBLIC_DIR: process.env['PUBLIC_DIR'] } : {};

/** A flag with what the shared helper has no need of. */
export interface FullFlag extends FlagFields {
  readonly description?: string | null;
}

export class Stage {
  browser!: Browser;

  /** To be called where a file's tests begin. */
  constructor() {
    before(async () => {
      this.browser = await launch();
    });
    after(async () => {
      await this.browser?.close();
    });
  }

  async play(act: (scene: Scene) => Promise<void>, flags: readonly FullFlag[] = [], environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const server = await Server.start(flags, { ...PAGE, ...environment });
    const scene = new Scene(this.browser, server);
    try {
      await act(scene);
      scene.assertNoComplaints();
    } finally {
      await scene.end();
      await server.dispose();
    }
  }
}

/** Without keys, and so without a sign-in. */
export const OPEN = { SDK_KEY: '', CLIENT_KEY: '' };

export class Scene {
  readonly server: Server;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  /** What the browser said against the page: errors, refusals by its policy. */
  readonly complaints: string[] = [];
  /** Complaints that belong to what a test does. A flag is refused while it is edited, until it is right. */
  readonly expected: RegExp[] = [/status of 400/];

  constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.server = server;
  }

  /** A page of a user who has not been here before. */
  async visit(path = '', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await page.addInitScript('globalThis.__name = (value) => value');
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.goto(`${this.server.url}/${path}`);
    return page;
  }

  /** A page of a user who has signed in. */
  async enter(path = '', key = KEY, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.visit(path, options);
    // The server was asked without a key first.
    this.expected.push(/401/);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByRole('main').waitFor();
    return page;
  }

  assertNoComplaints(): void {
    const unexpected = this.complaints.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    if (unexpected.length > 0) throw new Error(`the browser complains:\n${unexpected.join('\n')}`);
  }

  async end(): Promise<void> {
    for (const context of this.#contexts) await context.close();
  }
}

/** As another person or a program writes, past the page. Gives the flag. */
export async function write(server: Server, method: string, path: string, body?: object): Promise<{ readonly revision: number }> {
  const headers = { authorization: `Bearer ${KEY}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(`${server.url}/api/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? {} : await answer.json()) as { revision: number };
}

/** The flag as the server has it. */
export async function flagOf(server: Server, key: string): Promise<Record<string, unknown>> {
  return (await write(server, 'GET', `flags/${key}`)) as unknown as Record<string, unknown>;
}
