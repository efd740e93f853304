// Waits for what a client says, with a deadline.

import type { BaseClient, ClientEvents } from '../../src/client.js';

/** A client of any platform. */
type Client = Pick<BaseClient, 'on' | 'revision'>;

const DEADLINE = 20_000;

/** The next event that `is` accepts. */
export function next<Event extends keyof ClientEvents>(
  client: Client,
  event: Event,
  is: (value: ClientEvents[Event]) => boolean = () => true,
): Promise<ClientEvents[Event]> {
  return within(`the event ${event}`, (done) =>
    client.on(event, (value) => {
      if (is(value)) done(value);
    }),
  );
}

/** When the client is at the revision; at once where it is already. */
export async function reached(client: Client, revision: number): Promise<void> {
  if (client.revision >= revision) return;
  await next(client, 'change', () => client.revision >= revision);
}

/** What `begin` hands to `done`; `begin` gives back what ends the listening. */
export function within<Value>(what: string, begin: (done: (value: Value) => void) => () => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    let stop = (): void => undefined;
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`${what} did not come within ${DEADLINE} ms`));
    }, DEADLINE);
    stop = begin((value) => {
      clearTimeout(timer);
      stop();
      resolve(value);
    });
  });
}
