// @launchdarkly/node-server-sdk: LaunchDarkly's server SDK, fed by its TestData source.
import launchdarkly from '@launchdarkly/node-server-sdk';
import integrations from '@launchdarkly/node-server-sdk/integrations';

export const call = 'await client.variation(key, context, false)';

const OPERATORS = { Equals: 'in', Contains: 'contains', StartsWith: 'startsWith', EndsWith: 'endsWith' };

export async function open(flags, flagKey) {
  const source = new integrations.TestData();
  await Promise.all(flags.map((flag) => source.usePreconfiguredFlag(definition(flag))));
  const client = launchdarkly.init('sdk-key', {
    updateProcessor: source.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: launchdarkly.basicLogger({ level: 'none' }),
  });
  await client.waitForInitialization({ timeout: 10 });
  return {
    subject: (user) => ({ kind: 'user', key: user.key, ...user.attributes }),
    isEnabled: (context) => client.variation(flagKey, context, false),
    close: () => client.close(),
  };
}

function definition(flag) {
  const rules = flag.rules.map(({ attribute, operator, values }, index) => ({
    id: `rule-${index}`,
    clauses: [{ attribute, op: OPERATORS[operator], values }],
    variation: 0,
  }));
  const share = flag.rollout_percentage * 1_000;
  const variations = [{ variation: 0, weight: share }, { variation: 1, weight: 100_000 - share }];
  return {
    key: flag.key,
    version: 1,
    on: flag.is_enabled,
    salt: flag.key,
    variations: [true, false],
    offVariation: 1,
    fallthrough: { rollout: { variations } },
    rules,
    targets: [],
    prerequisites: [],
  };
}
