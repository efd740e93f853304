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

  say<Event extends keyof Known>(event: Event, value: Known[Event]): void {
    this.emit(event, value);
    this.tell();
  }

  isHeard(event: keyof Known): boolean {
    return this.hears(event);
  }

  protected override thrown(event: keyof Known, error: unknown): void {
    this.failures.push(`${event}: ${(error as Error).message}`);
  }
}

describe('the emitter', () => {
  it('tells the listeners of an event, in the order in which they came', () => {
    const events = new Talker();
    const heard: string[] = [];
    events.on('change', (value) => heard.push(`1 ${value}`));
    events.on('change', (value) => heard.push(`2 ${value}`));
    events.on('status', () => heard.push('status'));
    events.say('change', 'x');
    assert.deepEqual(heard, ['1 x', '2 x']);
  });

  it('tells a listener no more once it is taken off, in either way', () => {
    const events = new Talker();
    const heard: string[] = [];
    const first = (value: string): void => void heard.push(`1 ${value}`);
    events.on('change', first);
    const stop = events.on('change', (value) => heard.push(`2 ${value}`));
    events.off('change', first);
    stop();
    stop();
    events.say('change', 'x');
    assert.deepEqual(heard, []);
    assert.equal(events.isHeard('change'), false);
  });

  it('takes the same function once', () => {
    const events = new Talker();
    let count = 0;
    const listener = (): void => void (count += 1);
    events.on('change', listener);
    events.on('change', listener);
    events.say('change', 'x');
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
    events.say('change', 'x');
    await new Promise(setImmediate);
    assert.deepEqual(heard, ['x']);
    assert.deepEqual(events.failures, ['change: thrown', 'change: rejected']);
  });

  it('keeps one order for all when a listener emits in turn', () => {
    const events = new Talker();
    const heard: string[] = [];
    events.on('change', () => {
      events.say('status', 1);
    });
    events.on('change', (value) => heard.push(value));
    events.on('status', (value) => heard.push(String(value)));
    events.say('change', 'x');
    assert.deepEqual(heard, ['x', '1']);
  });

  it('tells nothing to a listener that another one takes off, nor to one that comes in the midst', () => {
    const events = new Talker();
    const heard: string[] = [];
    let stop = (): void => undefined;
    events.on('change', () => {
      stop();
      events.on('change', () => heard.push('came'));
    });
    stop = events.on('change', () => heard.push('was taken off'));
    events.say('change', 'x');
    assert.deepEqual(heard, []);
  });
});
