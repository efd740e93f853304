// GrowthBook's client for servers with the flags of a case, for whichever bench hands its class in.

/** The quickest documented way to ask. */
export const call = 'client.isOn(key, { attributes })';

export function openWith(GrowthBookClient, flags, flagKey) {
  const client = new GrowthBookClient();
  client.initSync({ payload: { features: Object.fromEntries(flags.map((flag) => [flag.key, definition(flag)])) } });
  return {
    subject: (user) => ({ attributes: { id: user.key, ...user.attributes } }),
    // `createScopedInstance(context).isOn(key)` ends in the same call and tracks the usage besides. No callback is set, so
    // nothing is tracked here.
    isEnabled: (context) => client.isOn(flagKey, context),
    close: () => client.destroy(),
  };
}

function definition(flag) {
  if (!flag.is_enabled) return { defaultValue: false };
  const rules = flag.rules.map((rule) => ({ condition: condition(rule), force: true }));
  const rollout = { force: true, coverage: flag.rollout_percentage / 100, hashAttribute: 'id', hashVersion: 2 };
  return { defaultValue: false, rules: [...rules, rollout] };
}

function condition({ attribute, operator, values }) {
  if (operator === 'Equals') return { [attribute]: { $in: values } };
  // It knows no operator for parts of a text but the regular expression, which it compiles once and keeps.
  const any = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = { Contains: `(${any})`, StartsWith: `^(${any})`, EndsWith: `(${any})$` }[operator];
  return { [attribute]: { $regex: pattern } };
}
