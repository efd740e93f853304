// Serves the event stream of a Sidekick server on this machine: what our own contestants get their flags from.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { replayOf } from './replay.mjs';

/** Serves a replay of these flags at `/stream` and keeps the streams open. */
export async function serve(flags) {
  const replay = replayOf(flags, 1);
  const streams = new Streams();
  const server = createServer((request, response) => {
    if (new URL(request.url, 'http://localhost').pathname !== '/stream') return response.writeHead(404).end();
    streams.open(response, replay);
  });
  const port = await listen(server);
  const close = () => {
    streams.close();
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, send: (text) => streams.send(text), close };
}

/** Streams that stay open. */
export class Streams {
  #open = new Set();
  // A stream without a byte for 45 s counts as dead.
  #beat = setInterval(() => this.send(':\n\n'), 10_000).unref();

  open(response, replay) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(replay);
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
  }

  send(text) {
    for (const response of this.#open) response.write(text);
  }

  close() {
    clearInterval(this.#beat);
  }
}

/** Takes a free port below those that kernels hand out, where services that restart expect theirs to stay free. */
export async function listen(server) {
  for (let port = 20_000 + ((process.pid * 7) % 12_000); port < 32_768; port += 1) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('no free port below 32768');
}
