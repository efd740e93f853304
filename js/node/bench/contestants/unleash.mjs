// unleash-client: Unleash's server SDK, fed by its bootstrap option.
import { once } from 'node:events';
import { InMemStorageProvider, Unleash } from 'unleash-client';

export const call = 'unleash.isEnabled(key, context)';

const OPERATORS = { Equals: 'IN', Contains: 'STR_CONTAINS', StartsWith: 'STR_STARTS_WITH', EndsWith: 'STR_ENDS_WITH' };

export async function open(flags, flagKey) {
  const unleash = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9/', // asked for, and with a refresh interval of 0 never contacted
    refreshInterval: 0,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: flags.map(definition) },
  });
  await once(unleash, 'ready');
  return {
    subject,
    isEnabled: (context) => unleash.isEnabled(flagKey, context),
    close: () => unleash.destroy(),
  };
}

/** Each call copies the context, so it has as few fields as its API allows: one's own attributes go into `properties`. */
function subject({ key, attributes }) {
  return Object.keys(attributes).length === 0 ? { userId: key } : { userId: key, properties: attributes };
}

function definition(flag) {
  // Strategies are tried in order and one suffices, so a rule is the strategy that is on for all who meet its constraint.
  const rules = flag.rules.map(({ attribute, operator, values }) => ({
    name: 'default',
    parameters: {},
    constraints: [{ contextName: attribute, operator: OPERATORS[operator], values }],
  }));
  const parameters = { rollout: String(flag.rollout_percentage), stickiness: 'default', groupId: flag.key };
  const rollout = { name: 'flexibleRollout', parameters, constraints: [] };
  return { name: flag.key, enabled: flag.is_enabled, strategies: [...rules, rollout] };
}
