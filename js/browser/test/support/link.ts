// The way to a server, as a network gives it: it may be cut, and it may fall silent without a word.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../../shared/test/support/ports.js';

export class Link implements AsyncDisposable {
  readonly url: string;
  readonly #listener: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #isSilent = false;

  private constructor(listener: Server, port: number, target: number) {
    this.#listener = listener;
    this.#target = target;
    this.url = `http://127.0.0.1:${port}`;
    listener.on('connection', (socket: Socket) => this.#join(socket));
  }

  /** A way to the port on this machine. */
  static async to(target: number): Promise<Link> {
    const [listener, port] = [createServer(), await freePort()];
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return new Link(listener, port, target);
  }

  /** From now on nothing comes through, and nobody is told: neither on what is open nor on what is opened. */
  fallSilent(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.removeAllListeners('data').removeAllListeners('close').resume();
  }

  /** New connections come through again; those that fell silent stay so. */
  recover(): void {
    this.#isSilent = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket): void {
    const far = this.#isSilent ? undefined : connect(this.#target, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      if (from === undefined) continue;
      this.#sockets.add(from);
      // What breaks shows as a close.
      from.on('error', () => undefined);
      from.on('data', (bytes) => to?.write(bytes));
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#isSilent) to?.destroy();
      });
    }
  }
}
