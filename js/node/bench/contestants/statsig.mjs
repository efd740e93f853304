// @statsig/statsig-node-core: Statsig's SDK with its engine in Rust, fed by its data store option.
import { Statsig, StatsigUser } from '@statsig/statsig-node-core';

export const call = 'statsig.checkGate(statsigUser, key)';

const OPERATORS = {
  Equals: 'any_case_sensitive',
  Contains: 'str_contains_any',
  StartsWith: 'str_starts_with_any',
  EndsWith: 'str_ends_with_any',
};
/** Attributes for which a user of theirs has a field; all others are custom. */
const FIELDS = { email: 'email', country: 'country', app_version: 'appVersion' };
const HOURS = 60 * 60 * 1_000;

export async function open(flags, flagKey) {
  const statsig = new Statsig('secret-key', {
    dataStore: storeOf(JSON.stringify(document(flags))),
    specAdaptersConfig: [{ adapterType: 'data_store', initTimeoutMs: 5_000 }],
    disableNetwork: true,
    disableAllLogging: true,
    disableCountryLookup: true,
    outputLogLevel: 'none',
    specsSyncIntervalMs: 24 * HOURS,
  });
  const { isSuccess, error } = await statsig.initialize();
  if (!isSuccess) throw new Error(error ?? 'initialize() did not succeed');
  return {
    // Their user is a native object, made once per user.
    subject: (user) => new StatsigUser(userArguments(user)),
    isEnabled: (user) => statsig.checkGate(user, flagKey),
    close: () => statsig.shutdown(1_000),
  };
}

function storeOf(specs) {
  return {
    initialize: async () => {},
    shutdown: async () => {},
    get: async () => ({ result: specs, time: 1 }),
    set: async () => {},
    supportPollingUpdatesFor: async () => false,
  };
}

function userArguments({ key, attributes }) {
  const names = Object.keys(attributes);
  const fields = names.filter((name) => name in FIELDS).map((name) => [FIELDS[name], attributes[name]]);
  const custom = names.filter((name) => !(name in FIELDS)).map((name) => [name, attributes[name]]);
  const user = { userID: key, ...Object.fromEntries(fields) };
  return custom.length === 0 ? user : { ...user, custom: Object.fromEntries(custom) };
}

/** The document that their servers send: gates by name, their conditions apart by number. */
function document(flags) {
  const conditions = new Map();
  const numberOf = (condition) => {
    const text = JSON.stringify(condition);
    if (!conditions.has(text)) conditions.set(text, String(conditions.size + 1));
    return conditions.get(text);
  };
  const gates = flags.map((flag) => [flag.key, gate(flag, numberOf)]);
  return {
    feature_gates: Object.fromEntries(gates),
    condition_map: Object.fromEntries([...conditions].map(([text, number]) => [number, JSON.parse(text)])),
    dynamic_configs: {},
    layer_configs: {},
    layers: {},
    experiment_to_layer: {},
    has_updates: true,
    time: 1,
    response_format: 'dcs-v2',
  };
}

function gate(flag, numberOf) {
  const rule = (id, passPercentage, condition) => {
    return { name: id, id, salt: id, passPercentage, conditions: [numberOf(condition)], returnValue: true, idType: 'userID' };
  };
  const rules = flag.rules.map((each, index) => rule(`rule-${index}`, 100, fieldCondition(each)));
  const rollout = rule('rollout', flag.rollout_percentage, { type: 'public', targetValue: null, operator: null, field: null, additionalValues: {}, idType: 'userID' });
  return {
    type: 'feature_gate',
    salt: flag.key,
    enabled: flag.is_enabled,
    defaultValue: false,
    // Their server sends a gate that is off without its rules; the engine itself doesn't look at `enabled`.
    rules: flag.is_enabled ? [...rules, rollout] : [],
    idType: 'userID',
    entity: 'feature_gate',
    version: 1,
  };
}

function fieldCondition({ attribute, operator, values }) {
  const field = FIELDS[attribute] ?? attribute;
  return { type: 'user_field', targetValue: values, operator: OPERATORS[operator], field, additionalValues: {}, idType: 'userID' };
}
