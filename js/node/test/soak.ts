// The memory test at full length: 10⁸ evaluations, 10,000 clients. Prints the figures; fails where one is too large.

import { garbage, growth, MOST_GARBAGE, MOST_GROWTH, withMemoryServer } from './support/memory.js';

void withMemoryServer(async (server) => {
  const figures: [string, number, number][] = [];
  for (const [way, bytes] of Object.entries(await garbage(server, 1_000_000))) {
    figures.push([`heap bytes a call, ${way}`, bytes, MOST_GARBAGE]);
  }
  figures.push(['resident bytes more after 10⁸ evaluations', await growth(server, 'evaluations', 100_000_000), MOST_GROWTH]);
  figures.push(['resident bytes more after 10,000 clients', await growth(server, 'cycles', 10_000), MOST_GROWTH]);
  for (const [what, measured, most] of figures) {
    console.log(`${measured <= most ? 'ok     ' : 'TOO MUCH'} ${what}: ${Math.round(measured * 10) / 10} (at most ${most})`);
    if (!(measured <= most)) process.exitCode = 1;
  }
});
