// What the server answers for users, in as many requests as it takes.

import { type Answer, type Api, type FlagFields, MOST_USERS, type User } from '../api.js';

/** The server takes half a mebibyte; the flag needs room beside the users. */
const MOST_BYTES = 300_000;

export async function answersFor(api: Api, flag: FlagFields, users: readonly User[], signal: AbortSignal): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const part of parts(users)) answers.push(...(await api.evaluate(flag, part, signal)));
  return answers;
}

function parts(users: readonly User[]): User[][] {
  const parts: User[][] = [];
  let [part, bytes]: [User[], number] = [[], 0];
  for (const user of users) {
    // At most three bytes for each of JavaScript's characters, and some quotes.
    const size = 3 * JSON.stringify(user).length;
    if (part.length === MOST_USERS || bytes + size > MOST_BYTES) {
      if (part.length > 0) parts.push(part);
      [part, bytes] = [[], 0];
    }
    part.push(user);
    bytes += size;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
