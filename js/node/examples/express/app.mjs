// An Express application whose pages depend on flags. One client for the process; a bound user for each request.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage, SidekickClient } from '@sidekick-flags/node';
import express from 'express';

const { SIDEKICK_URL = 'http://localhost:3000', SDK_KEY = '', PORT = '8080' } = process.env;

const flags = new SidekickClient(SIDEKICK_URL, SDK_KEY, {
  // With it the application also starts while the flag server is away.
  storage: fileStorage(join(tmpdir(), 'sidekick-express-example', 'flags')),
});
flags.on('change', (keys) => console.log(`changed: ${keys.join(', ')}`));
// Without flags every answer is the default: worth a warning, no reason to serve nobody.
await flags.init().catch((error) => console.warn(`starting without flags: ${error.message}`));

const app = express();

app.use((request, _response, next) => {
  // Who asks: in an application of yours, from the session.
  const { user = 'anonymous', email, plan } = request.query;
  request.flags = flags.forUser(String(user), { email, plan });
  next();
});

app.get('/', (request, response) => {
  response.json({ checkout: request.flags.isEnabled('new_checkout') ? 'new' : 'old' });
});

app.get('/why/:flag', (request, response) => {
  response.json(request.flags.evaluate(request.params.flag));
});

app.get('/healthz', (_request, response) => {
  response.json({ flags: flags.status, revision: flags.revision });
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
    // The last flags are saved; then nothing keeps the process.
    flags.close();
  });
}
