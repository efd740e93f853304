// Who takes part, in the order of the report.

/** Faster than both peers in each case is what is wanted of ours. */
const goal = () => 1;

export const CONTESTANTS = [
  { id: 'growthbook', name: '@growthbook/growthbook' },
  { id: 'flipt', name: '@flipt-io/flipt-client-js' },
  { id: 'sidekick', name: '@sidekick-flags/browser', isOurs: true, goal },
  { id: 'sidekick_bound', name: '@sidekick-flags/browser, forUser', isOurs: true, goal },
  { id: 'sidekick_anew', name: '@sidekick-flags/browser, forUser anew', isOurs: true },
  { id: 'engine', name: 'its engine alone, texts written before', isOurs: true },
  { id: 'engine_writing', name: 'its engine alone, texts to write', isOurs: true },
].map((contestant) => ({ ...contestant, module: new URL(`./contestants/${contestant.id}.mjs`, import.meta.url) }));
