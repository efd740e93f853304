// The way to a server, as a network gives it: it may be cut, hold things back, and fall silent without a word.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../../shared/test/support/ports.js';

export class Link implements AsyncDisposable {
  readonly url: string;
  readonly #listener: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #isSilent = false;
  /** What the server has sent since it is held back, by the socket that it is for. */
  #held: Map<Socket, Buffer> | undefined;

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

  /** From now on what the server sends waits here. */
  hold(): void {
    this.#held ??= new Map();
  }

  /** What waits. */
  get held(): string {
    return [...(this.#held?.values() ?? [])].join('');
  }

  /** Lets through what waits, but for so many bytes at its end. */
  pass(kept: number): void {
    for (const [to, bytes] of this.#held ?? []) {
      const end = Math.max(0, bytes.length - kept);
      to.write(bytes.subarray(0, end));
      this.#held?.set(to, bytes.subarray(end));
    }
  }

  /** Nothing waits any more. */
  flow(): void {
    this.pass(0);
    this.#held = undefined;
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
      from.on('data', (bytes: Buffer) => {
        if (this.#held === undefined || to !== near) to?.write(bytes);
        else this.#held.set(near, Buffer.concat([this.#held.get(near) ?? Buffer.alloc(0), bytes]));
      });
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#isSilent) to?.destroy();
      });
    }
  }
}
