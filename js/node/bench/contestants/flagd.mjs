// @openfeature/flagd-core: the in-process engine of flagd, fed with a flagd document.
import { FlagdCore } from '@openfeature/flagd-core';

export const call = 'core.resolveBooleanEvaluation(key, false, context).value';

const silent = { error() {}, warn() {}, info() {}, debug() {} };

export async function open(flags, flagKey) {
  // Without the option `disableDynamicCodeGeneration` targeting is compiled to JavaScript: the quicker of its two modes.
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(flags.map((flag) => [flag.key, definition(flag)])) }));
  return {
    subject: (user) => ({ targetingKey: user.key, ...user.attributes }),
    // Its README's call. `getFlag(key).evaluate(context)` is shorter, but doesn't look whether the flag is off.
    isEnabled: (context) => core.resolveBooleanEvaluation(flagKey, false, context).value,
  };
}

function definition(flag) {
  const rollout = { fractional: [['on', flag.rollout_percentage], ['off', 100 - flag.rollout_percentage]] };
  const rules = flag.rules.flatMap((rule) => [condition(rule), 'on']);
  return {
    state: flag.is_enabled ? 'ENABLED' : 'DISABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting: rules.length === 0 ? rollout : { if: [...rules, rollout] },
  };
}

function condition({ attribute, operator, values }) {
  const given = { var: attribute };
  if (operator === 'Equals') return { in: [given, values] };
  const test = {
    Contains: (value) => ({ in: [value, given] }),
    StartsWith: (value) => ({ starts_with: [given, value] }),
    EndsWith: (value) => ({ ends_with: [given, value] }),
  }[operator];
  return values.length === 1 ? test(values[0]) : { or: values.map(test) };
}
