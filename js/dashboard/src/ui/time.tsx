// A moment, said as how long ago it was and kept right while the page is open.

import { Store, useStore } from './store.js';

const MINUTE = 60_000;
const STEPS = [
  ['year', 365 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** One clock for all of them, which ticks as often as what is said may change. */
const clock = new Store(Date.now());
setInterval(() => clock.set(Date.now()), MINUTE / 2);

export function Ago({ time }: { readonly time: string }) {
  const now = useStore(clock);
  const date = new Date(time);
  return (
    <time dateTime={time} title={absolute.format(date)}>
      {ago(date.getTime(), Math.max(now, Date.now()))}
    </time>
  );
}

function ago(then: number, now: number): string {
  const gone = Math.max(0, now - then);
  const step = STEPS.find(([, length]) => gone >= length);
  return step ? relative.format(-Math.floor(gone / step[1]), step[0]) : relative.format(0, 'second');
}

export function fullTime(time: string): string {
  return absolute.format(new Date(time));
}
