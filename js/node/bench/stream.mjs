// The event stream of a Sidekick server, as text and served on this machine: what our own contestants get their flags from.
import { once } from 'node:events';
import { createServer } from 'node:http';

const EPOCH = 'b3ac4e0ff1a90001';
const CREATED = '2026-01-02T03:04:05.678Z';

/** A full replay, as the server's encoder writes it. */
export function replayOf(flags, revision) {
  const upserts = flags.map((flag) => `data: ${upsertOf(flag, revision)}\n\n`).join('');
  const ready = `id: ${EPOCH}:${revision}\nevent: ready\ndata: {"revision":${revision},"flags":${flags.length}}\n\n`;
  return `event: connected\ndata: true\n\n${upserts}${ready}`;
}

/** A live change. */
export function changeOf(flag, revision) {
  return `id: ${EPOCH}:${revision}\ndata: ${upsertOf(flag, revision)}\n\n`;
}

/** Serves a replay of these flags at `/stream` and keeps the streams open. */
export async function serve(flags) {
  const replay = replayOf(flags, 1);
  const open = new Set();
  const server = createServer((request, response) => {
    if (new URL(request.url, 'http://localhost').pathname !== '/stream') return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(replay);
    open.add(response);
  });
  const port = await listen(server);
  // A stream without a byte for 45 s counts as dead.
  const beat = setInterval(() => open.forEach((response) => response.write(':\n\n')), 10_000).unref();
  const close = () => {
    clearInterval(beat);
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

function upsertOf(flag, revision) {
  const { key, is_enabled, rollout_percentage, rules } = flag;
  const times = { created_at: CREATED, updated_at: CREATED };
  const document = { key, is_enabled, rollout_percentage, description: null, rules, revision, ...times };
  return JSON.stringify({ type: 'UPSERT', flag: document });
}

/** Takes a free port below those that kernels hand out, where services that restart expect theirs to stay free. */
async function listen(server) {
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
