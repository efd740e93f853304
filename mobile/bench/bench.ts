// Times the client as it ships: beside a host function that does nothing, and beside GrowthBook's in the same engine.

import '../test/platform.js';
import { GrowthBookClient } from '@growthbook/growthbook';
import { CASES, FLAG_KEY, faultOf, flagsOf, usersOf } from '../../js/node/bench/cases.mjs';
import { openWith } from '../../js/node/bench/growthbook_client.mjs';
import { clientWith } from '../../js/shared/test/support/subject.js';
import { host } from '../test/support/host.js';
import { subject } from '../test/support/subject.js';
import { printRatios, printTurns, type Contestant } from './turns.js';

const FOUR = {
  name: 'four attributes, a rule reads one',
  flag: { key: FLAG_KEY, is_enabled: true, rollout_percentage: 50, rules: [{ attribute: 'email', operator: 'EndsWith', values: ['@example.com'] }] },
  attributes: ['email', 'plan', 'country', 'device'],
  answers: 'all',
};
/** The others of a case have other keys. */
const FLAGS = 100;

type Question = (typeof CASES)[number] | typeof FOUR;

interface User {
  readonly key: string;
  readonly attributes: Record<string, string>;
}

/** The client asks about the users of a case, one after the other. */
async function sidekick(question: Question): Promise<Contestant> {
  const client = await clientWith(subject, flagsOf(question, FLAGS));
  const fault = await faultOf(question, (user: User) => client.isEnabled(FLAG_KEY, user.key, user.attributes));
  if (fault) throw new Error(`Sidekick: ${fault}`);
  const users: User[] = usersOf(question);
  return { name: 'isEnabled', ask: (turn) => client.isEnabled(FLAG_KEY, users[turn]!.key, users[turn]!.attributes) };
}

/** A bound user for each, who was asked about once. */
async function bound(question: Question): Promise<Contestant> {
  const client = await clientWith(subject, flagsOf(question, FLAGS));
  const users = usersOf(question).map(({ key, attributes }: User) => client.forUser(key, attributes));
  return { name: 'forUser', ask: (turn) => users[turn]!.isEnabled(FLAG_KEY) };
}

async function growthBook(question: Question): Promise<Contestant> {
  const { subject: contextOf, isEnabled } = openWith(GrowthBookClient, flagsOf(question, FLAGS), FLAG_KEY);
  const fault = await faultOf(question, (user: User) => isEnabled(contextOf(user)));
  if (fault) throw new Error(`GrowthBook: ${fault}`);
  const contexts = usersOf(question).map(contextOf);
  return { name: 'GrowthBook', ask: (turn) => isEnabled(contexts[turn]!) };
}

const nothing: Contestant = { name: 'a host function that does nothing', ask: () => host.nothing() };

async function run(): Promise<void> {
  const rollout = CASES.find(({ name }) => name === 'rollout')!;
  const [asked, four, of] = [await sidekick(rollout), await sidekick(FOUR), await bound(rollout)];
  printRatios(nothing, [
    { ...asked, name: 'isEnabled, rollout of 50 %' },
    { ...four, name: `isEnabled, ${FOUR.name}` },
    { ...of, name: 'forUser, rollout of 50 %' },
  ]);
  for (const question of CASES) {
    printTurns(question.name, [await sidekick(question), await bound(question), await growthBook(question)]);
  }
  host.end(0);
}

run().catch((error: Error) => {
  host.say(`${error.message}\n${error.stack}`);
  host.end(1);
});
