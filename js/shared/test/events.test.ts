// The emitter: who hears what, in which order, and what a listener cannot do to the others.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../src/events.js';

interface Known {
  change: string;
  status: number;
}

class Talker extends Emitter<Known> {
  readonly failures: string[] = [];

  /** Done when all have heard it, and what they said in turn. */
  async say<Event extends keyof Known>(event: Event, value: Known[Event]): Promise<void> {
    this.emit(event, value);
    await new Promise(setImmediate);
  }

  count<Event extends keyof Known>(event: Event, value: Known[Event]): number {
    return this.emit(event, value);
  }

  protected override thrown(error: unknown): void {
    this.failures.push((error as Error).message);
  }
}

describe('the emitter', () => {
  it('tells the listeners of an event, in the order in which they came', async () => {
    const events = new Talker();
    const heard: string[] = [];
    events.on('change', (value) => heard.push(`1 ${value}`));
    events.on('change', (value) => heard.push(`2 ${value}`));
    events.on('status', () => heard.push('status'));
    await events.say('change', 'x');
    assert.deepEqual(heard, ['1 x', '2 x']);
  });

  it('tells a listener no more once it is taken off, in either way', async () => {
    const events = new Talker();
    const heard: string[] = [];
    const first = (value: string): void => void heard.push(`1 ${value}`);
    events.on('change', first);
    const stop = events.on('change', (value) => heard.push(`2 ${value}`));
    events.off('change', first);
    stop();
    stop();
    await events.say('change', 'x');
    assert.deepEqual(heard, []);
  });

  it('takes the same function once', async () => {
    const events = new Talker();
    let count = 0;
    const listener = (): void => void (count += 1);
    events.on('change', listener);
    events.on('change', listener);
    await events.say('change', 'x');
    assert.equal(count, 1);
  });

  it('reports what a listener throws or rejects with, and tells the others all the same', async () => {
    const events = new Talker();
    const heard: string[] = [];
    events.on('change', () => {
      throw new Error('thrown');
    });
    events.on('change', async () => {
      throw new Error('rejected');
    });
    events.on('change', (value) => heard.push(value));
    await events.say('change', 'x');
    assert.deepEqual(heard, ['x']);
    assert.deepEqual(events.failures, ['thrown', 'rejected']);
  });

  it('keeps one order for all when a listener emits in turn', async () => {
    const events = new Talker();
    const heard: string[] = [];
    events.on('change', () => {
      void events.say('status', 1);
    });
    events.on('change', (value) => heard.push(value));
    events.on('status', (value) => heard.push(String(value)));
    await events.say('change', 'x');
    assert.deepEqual(heard, ['x', '1']);
  });

  it('tells nobody within the call, and says how many will hear it', async () => {
    const events = new Talker();
    const heard: string[] = [];
    assert.equal(events.count('change', 'x'), 0);
    events.on('change', (value) => heard.push(value));
    assert.equal(events.count('change', 'y'), 1);
    assert.deepEqual(heard, []);
    await new Promise(setImmediate);
    assert.deepEqual(heard, ['y']);
  });

  it('tells nothing to a listener that another one takes off, nor to one that comes in the midst', async () => {
    const events = new Talker();
    const heard: string[] = [];
    let stop = (): void => undefined;
    events.on('change', () => {
      stop();
      events.on('change', () => heard.push('came'));
    });
    stop = events.on('change', () => heard.push('was taken off'));
    await events.say('change', 'x');
    assert.deepEqual(heard, []);
  });
});
