// Who takes part, in the order of the report.
import { readFileSync } from 'node:fs';

export const CONTESTANTS = [
  { id: 'flagd', name: '@openfeature/flagd-core' },
  { id: 'unleash', name: 'unleash-client' },
  { id: 'launchdarkly', name: '@launchdarkly/node-server-sdk' },
  { id: 'growthbook', name: '@growthbook/growthbook' },
  { id: 'statsig', name: '@statsig/statsig-node-core' },
  { id: 'sidekick', name: '@sidekick-flags/node', isOurs: true, goal: ({ goal }) => goal },
  { id: 'sidekick_bound', name: '@sidekick-flags/node, forUser', isOurs: true, goal: ({ boundGoal }) => boundGoal },
  { id: 'sidekick_anew', name: '@sidekick-flags/node, forUser anew', isOurs: true },
].map((contestant) => ({ ...contestant, module: new URL(`./contestants/${contestant.id}.mjs`, import.meta.url) }));

/** The versions of the peers' packages, as installed. */
export function versionsOf(contestants) {
  const peers = contestants.filter(({ isOurs }) => !isOurs);
  return Object.fromEntries(peers.map(({ name, module }) => [name, installed(name, module)]));
}

/** Packages that export no manifest must be found as files. */
function installed(name, module) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, module), 'utf8')).version;
}
