// A contestant's process, as the bench talks to it.
import { fork } from 'node:child_process';
import { once } from 'node:events';

const MEASURE = new URL('./measure.mjs', import.meta.url);
/** Milliseconds after which a silent process is given up. */
export const PATIENCE = 120_000;

export class ProcessRun {
  static async open(contestant, flags) {
    const run = new ProcessRun(contestant, flags);
    const { call, fault } = await run.answer();
    run.call = call;
    run.fault = fault;
    if (fault) run.child.kill();
    return run;
  }

  constructor(contestant, flags) {
    this.child = fork(MEASURE, [contestant.module.href, String(flags)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  async ask(message) {
    if (this.fault) return { fault: this.fault };
    if (!this.child.connected) return { fault: 'its process has ended' };
    this.child.send(message);
    return this.answer();
  }

  async close() {
    await this.ask({ what: 'close' });
    if (this.child.connected) this.child.disconnect();
  }

  async answer() {
    const answered = new AbortController();
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(PATIENCE)]);
    const message = once(this.child, 'message', { signal }).then(([answer]) => answer);
    const exit = once(this.child, 'exit', { signal }).then(([code, by]) => ({ fault: `its process ended: ${by ?? code}` }));
    const silence = () => {
      this.child.kill();
      return { fault: `no answer within ${PATIENCE / 1_000} s` };
    };
    const answer = await Promise.race([message, exit]).catch(silence);
    // Ends the waiting for the other of the two.
    answered.abort();
    await Promise.allSettled([message, exit]);
    return answer;
  }
}
