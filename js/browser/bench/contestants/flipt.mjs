// @flipt-io/flipt-client-js: Flipt's SDK with its engine in WebAssembly, fed with a snapshot by a fetcher.
import { FliptClient } from '@flipt-io/flipt-client-js';

export const call = 'client.evaluateBoolean({ flagKey, entityId, context }).enabled';

const OPERATORS = { Contains: 'contains', StartsWith: 'prefix', EndsWith: 'suffix' };

export async function open(flags, flagKey) {
  const snapshot = JSON.stringify({ namespace: { key: 'default' }, flags: flags.map(definition) });
  const fetcher = async () => new Response(snapshot);
  // Only in Node does it fetch again, and only after an interval.
  const client = await FliptClient.init({ fetcher, updateInterval: 0 });
  return {
    subject: (user) => ({ flagKey, entityId: user.key, context: user.attributes }),
    isEnabled: (request) => client.evaluateBoolean(request).enabled,
    close: () => client.close?.(),
  };
}

/** A boolean flag's `enabled` is what it is where no rollout matches. */
function definition({ key, is_enabled, rollout_percentage, rules }) {
  const rollouts = is_enabled ? [...rules.map(rollout), { threshold: { percentage: rollout_percentage, value: true } }] : [];
  return { key, name: key, type: 'BOOLEAN_FLAG_TYPE', enabled: false, rules: [], rollouts };
}

function rollout({ attribute, operator, values }, index) {
  const constraint = (name, value) => ({ type: 'STRING_CONSTRAINT_COMPARISON_TYPE', property: attribute, operator: name, value });
  // It has a list for whole texts alone; anything else takes a constraint for each value.
  const constraints =
    operator === 'Equals' ? [constraint('isoneof', JSON.stringify(values))] : values.map((value) => constraint(OPERATORS[operator], value));
  const segment = { key: `segment-${index}`, matchType: 'ANY_SEGMENT_MATCH_TYPE', constraints };
  return { segment: { segmentOperator: 'OR_SEGMENT_OPERATOR', value: true, segments: [segment] } };
}
