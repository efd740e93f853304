// A web site on an origin of its own: folders of files, and pages with the headers that a test wants.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { freePort } from '../../../shared/test/support/ports.js';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export interface Page {
  readonly html?: string;
  readonly headers?: OutgoingHttpHeaders;
}

export class Site implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #folders: Readonly<Record<string, string>>;
  readonly #pages = new Map<string, Page>();

  private constructor(server: Server, port: number, folders: Readonly<Record<string, string>>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    this.#folders = folders;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response));
  }

  /** Serves each folder under its path, such as `/sdk/`. */
  static async start(folders: Readonly<Record<string, string>>): Promise<Site> {
    const [server, port] = [createServer(), await freePort()];
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server, port, folders);
  }

  /** Adds a page; gives its address. */
  page({ html = '', headers = {} }: Page = {}): string {
    const path = `/page-${this.#pages.size}`;
    const document = `<!doctype html><meta charset="utf-8"><title>${path}</title>${html}`;
    this.#pages.set(path, { html: document, headers });
    return this.url + path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    const page = this.#pages.get(path);
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html);
      return;
    }
    if (path === '/favicon.ico') {
      // Browsers ask for one, and complain where there is none.
      response.writeHead(204).end();
      return;
    }
    const file = this.#fileAt(path);
    const bytes = file && (await readFile(file).catch(() => undefined));
    if (!file || bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
  }

  #fileAt(path: string): string | undefined {
    const prefix = Object.keys(this.#folders).find((prefix) => path.startsWith(prefix));
    const rest = prefix === undefined ? '' : normalize(path.slice(prefix.length) || 'index.html');
    return prefix === undefined || rest.startsWith('..') ? undefined : join(this.#folders[prefix] ?? '', rest);
  }
}
