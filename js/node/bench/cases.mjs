// The questions that are asked: four cases, each with its flag, its users and what a right answer is.

/** How many users are asked about, one after the other. */
export const USERS = 1_000;

export const FLAG_KEY = 'new_checkout';

const FIVE_RULES = [
  { attribute: 'plan', operator: 'Equals', values: ['pro', 'team', 'enterprise', 'trial'] },
  { attribute: 'device', operator: 'Contains', values: ['tablet', 'desktop', 'watch', 'tv'] },
  { attribute: 'app_version', operator: 'StartsWith', values: ['5.', '6.', '7.', '8.'] },
  { attribute: 'email', operator: 'EndsWith', values: ['@acme.com', '@acme.org', '@acme.net', '@acme.io'] },
  { attribute: 'country', operator: 'Equals', values: ['DE', 'FR', 'IT', 'ES'] },
];
const SUFFIX_RULE = [{ attribute: 'email', operator: 'EndsWith', values: ['@example.com'] }];

/**
 * `attributes` names what is given of each user. `goal` and `boundGoal` are how many times quicker than the quickest peer
 * Sidekick is meant to be, by `isEnabled` and by `forUser`.
 */
export const CASES = [
  { name: 'off', flag: flag(FLAG_KEY, false, []), attributes: [], answers: 'none', goal: 8 },
  { name: 'rollout', flag: flag(FLAG_KEY, true, []), attributes: [], answers: 'half', goal: 6, boundGoal: 12 },
  {
    name: 'suffix rule',
    flag: flag(FLAG_KEY, true, SUFFIX_RULE),
    attributes: ['email', 'plan', 'country'],
    answers: 'all',
    goal: 2.5,
  },
  {
    name: 'five rules',
    flag: flag(FLAG_KEY, true, FIVE_RULES),
    attributes: ['email', 'plan', 'country', 'app_version', 'device'],
    answers: 'half',
    goal: 5,
    boundGoal: 9,
  },
];

/** The case's flag, last among so many; the others have other keys and a rule each. */
export function flagsOf(question, count) {
  const others = Array.from({ length: count - 1 }, (_, index) => flag(`team.feature-${index}`, true, SUFFIX_RULE));
  return [...others, question.flag];
}

/**
 * The users of a case, the same in every run. They go through JSON because that is how a service gets them: text that was
 * just put together is a tree of pieces inside V8, and the first reader would pay for making it one.
 */
export function usersOf(question) {
  const random = randomNumbers(4711);
  const users = Array.from({ length: USERS }, (_, index) => {
    const known = {
      email: `ada.lovelace.${index}@example.com`,
      plan: 'free',
      country: 'GB',
      app_version: `4.${index % 12}.0`,
      device: 'phone',
    };
    const attributes = Object.fromEntries(question.attributes.map((name) => [name, known[name]]));
    return { key: uuid(random), attributes };
  });
  return JSON.parse(JSON.stringify(users));
}

/**
 * Says what is wrong with a contestant's answers, or undefined: its rules are tried one by one with a value that matches,
 * so that none which the contestant misread can pass as one that doesn't match.
 */
export async function faultOf(question, answer) {
  const users = usersOf(question);
  const share = await shareOf(users, answer);
  const fault = wrongShare(question.answers, share);
  if (fault) return `${question.name}: ${fault}`;
  for (const rule of question.flag.rules) {
    for (const value of rule.values) {
      const matching = valueThatMatches(rule.operator, value);
      const missing = await shareOf(users.map((user) => withAttribute(user, rule.attribute, matching)), answer);
      if (missing !== 1) return `${question.name}: ${rule.attribute} ${matching} must match, but did for ${missing * 100} %`;
    }
  }
  if (question.answers !== 'all') return undefined;
  const other = await shareOf(users.map((user) => withAttribute(user, 'email', 'ada@example.org')), answer);
  const otherFault = wrongShare('half', other);
  return otherFault && `${question.name}, not matching: ${otherFault}`;
}

function flag(key, isEnabled, rules) {
  return { key, is_enabled: isEnabled, rollout_percentage: 50, rules };
}

async function shareOf(users, answer) {
  let on = 0;
  for (const user of users) {
    const enabled = await answer(user);
    if (typeof enabled !== 'boolean') throw new TypeError(`the answer is ${enabled}, not a boolean`);
    if (enabled) on += 1;
  }
  return on / users.length;
}

function wrongShare(answers, share) {
  const [least, most] = { none: [0, 0], half: [0.4, 0.6], all: [1, 1] }[answers];
  if (share >= least && share <= most) return undefined;
  return `on for ${share * 100} % of the users instead of ${least * 100} to ${most * 100} %`;
}

function valueThatMatches(operator, value) {
  return { Equals: value, Contains: `a ${value} b`, StartsWith: `${value}1`, EndsWith: `ada${value}` }[operator];
}

function withAttribute(user, name, value) {
  return { key: user.key, attributes: { ...user.attributes, [name]: value } };
}

/** Numbers from 0 to 2³² − 1 (the generator of Numerical Recipes; only its high bits are used). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

function uuid(random) {
  const digits = Array.from({ length: 32 }, () => (random() >>> 28).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
