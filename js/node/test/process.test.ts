// Clients and the life of processes and worker threads: nothing that is closed keeps one alive.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runModule } from '../../shared/test/support/child.js';
import { freePort } from '../../shared/test/support/ports.js';
import { KEY, Server } from '../../shared/test/support/server.js';

const USE = `
  import { SidekickClient } from '@sidekick-flags/node';
  const make = (url, options) => new SidekickClient(url, ${JSON.stringify(KEY)}, { onError: () => {}, ...options });
`;

describe('a process', () => {
  let server: Server;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    server = await Server.start([{ key: 'on', is_enabled: true }, { key: 'half', is_enabled: true, rollout_percentage: 50 }]);
    env = { URL: server.url, NOBODY: `http://127.0.0.1:${await freePort()}` };
  });
  after(() => server.dispose());

  async function run(source: string): Promise<string> {
    const { code, output, errors } = await runModule(USE + source, { env });
    assert.deepEqual([code, errors], [0, '']);
    return output;
  }

  it('ends by itself once its clients are closed', async () => {
    const output = await run(`
      const client = make(process.env.URL);
      await client.init();
      client.close();
      console.log(client.isEnabled('on', 'u'));
    `);
    assert.equal(output, 'true\n');
  });

  it('ends by itself when a client is closed while it connects, waits or was refused', async () => {
    await run(`
      const never = make(process.env.URL);
      const connecting = make(process.env.URL);
      connecting.init();
      const waiting = make(process.env.NOBODY, { initTimeout: 50 });
      await waiting.init().catch(() => {});
      const refused = new SidekickClient(process.env.URL, 'wrong', { onError: () => {} });
      await refused.init().catch(() => {});
      const loading = make(process.env.URL, { storage: { load: () => new Promise(() => {}), save() {} } });
      loading.init();
      const saving = make(process.env.URL, { storage: { load: () => null, save() {} } });
      await saving.init();
      for (const client of [never, connecting, waiting, refused, loading, saving]) client.close();
    `);
  });

  it('ends by itself with a client that was never started', async () => {
    await run(`make(process.env.URL);`);
  });

  it('is kept alive by a client that is not closed, for it has work to do', async () => {
    const output = await run(`
      const client = make(process.env.NOBODY, { initTimeout: 50 });
      await client.init().catch((error) => console.log(error.code));
      setTimeout(() => { console.log('still here'); client.close(); }, 200).unref();
    `);
    assert.equal(output, 'INIT_TIMEOUT\nstill here\n');
  });

  it('is not ended by an init that fails and that nobody waits for', async () => {
    const output = await run(`
      const client = make(process.env.NOBODY, { initTimeout: 10 });
      client.init();
      const closed = make(process.env.URL);
      closed.init();
      closed.close();
      make('nonsense').init();
      setTimeout(() => { console.log('alive'); client.close(); }, 100);
    `);
    assert.equal(output, 'alive\n');
  });

  it('may have a client in each of its worker threads, and may end them at any moment', async () => {
    const output = await run(`
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const source = \`
        import { parentPort } from 'node:worker_threads';
        import { SidekickClient } from '@sidekick-flags/node';
        const client = new SidekickClient(process.env.URL, ${JSON.stringify(KEY)});
        client.init().then(async () => {
          const user = client.forUser('u');
          parentPort.postMessage([client.isEnabled('on', 'u'), user.isEnabled('half') === client.isEnabled('half', 'u')].join());
          parentPort.once('message', () => client.close());
          for (let n = 0; n < 1e6; n += 1) client.isEnabled('half', 'u' + n);
        });
      \`;
      const main = make(process.env.URL);
      await main.init();
      for (let round = 0; round < 3; round += 1) {
        const workers = Array.from({ length: 3 }, () => new Worker(source, { eval: true }));
        const words = await Promise.all(workers.map((worker) => once(worker, 'message')));
        console.log(words.join(' '));
        const [closing, ...others] = workers;
        closing.postMessage('close');
        const [code] = await once(closing, 'exit');
        console.log(code);
        await Promise.all(others.map((worker) => worker.terminate()));
      }
      console.log(main.isEnabled('on', 'u'));
      main.close();
    `);
    assert.equal(output, 'true,true true,true true,true\n0\n'.repeat(3) + 'true\n');
  });
});
