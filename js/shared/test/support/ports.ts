// Free ports for servers that are to come back at the same address: below the range from which systems lend ports out.

import { createServer } from 'node:net';

let next = 21_000 + Math.floor(Math.random() * 10_000);

export async function freePort(): Promise<number> {
  for (;;) {
    next = next >= 32_000 ? 21_000 : next + 1;
    if (await isFree(next)) return next;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
