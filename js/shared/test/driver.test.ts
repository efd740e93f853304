// The driver between an engine and a transport that a test plays: what reaches whom, and when no more.

import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { Driver, type Notice } from '../src/driver.js';
import type { Engine, Maybe, Output, Status } from '../src/engine.js';
import type { Connection, Receiver, Transport } from '../src/transport.js';

/** Notes its inputs, and says what the test put there. */
class PlayedEngine implements Engine {
  readonly inputs: string[] = [];
  readonly outputs: Output[] = [];
  start = (): void => this.note('start');
  handleConnected = (_now: number, status: number): void => this.note(`connected ${status}`);
  handleBytes = (_now: number, bytes: Uint8Array): void => this.note(`bytes ${Buffer.from(bytes).toString()}`);
  handleDisconnected = (): void => this.note('disconnected');
  handleTimeout = (): void => this.note('timeout');
  close = (): void => this.note('close');
  pollOutput = (): Maybe<Output> => this.outputs.shift();
  status = (): Status => 'connecting';
  revision = (): number => 0;
  flagsJson = (): string => '[]';
  exportSnapshot = (): Maybe<string> => undefined;
  importSnapshot = (text: string): boolean => {
    this.note(`import ${text}`);
    return true;
  };

  private note(input: string): void {
    this.inputs.push(input);
  }
}

/** Keeps its connections for the test to speak through. */
class PlayedTransport implements Transport {
  readonly connections: { receiver: Receiver; lastEventId: string | undefined; isClosed: boolean }[] = [];

  connect(lastEventId: string | undefined, receiver: Receiver): Connection {
    const connection = { receiver, lastEventId, isClosed: false };
    this.connections.push(connection);
    return {
      close: () => {
        connection.isClosed = true;
      },
    };
  }
}

describe('the driver', () => {
  let engine: PlayedEngine;
  let transport: PlayedTransport;
  let notices: Notice[];
  let causes: unknown[];
  let driver: Driver;

  beforeEach(() => {
    engine = new PlayedEngine();
    transport = new PlayedTransport();
    notices = [];
    causes = [];
    driver = new Driver(engine, transport, (notice, cause) => {
      notices.push(notice);
      causes.push(cause);
    });
  });

  function connect(lastEventId?: string): Receiver {
    engine.outputs.push({ kind: 'connect', lastEventId });
    driver.start();
    const connection = transport.connections.at(-1);
    assert.ok(connection);
    return connection.receiver;
  }

  it('opens a connection with the last event id that the engine names', () => {
    connect('e:7');
    connect();
    assert.deepEqual(transport.connections.map(({ lastEventId }) => lastEventId), ['e:7', undefined]);
  });

  it('takes all outputs after each input, and hands the notices on in their order', () => {
    const receiver = connect();
    engine.outputs.push({ kind: 'flagsChanged', keys: ['a'] }, { kind: 'statusChanged', status: 'ready' });
    receiver.bytes(Buffer.from('x'));
    assert.deepEqual(notices.map(({ kind }) => kind), ['flagsChanged', 'statusChanged']);
    assert.deepEqual(engine.inputs, ['start', 'bytes x']);
  });

  it('tells of changed flags before an error of the same bytes', () => {
    const receiver = connect();
    const error = { kind: 'error', code: 'INVALID_STREAM', message: 'm', status: null } as const;
    engine.outputs.push(error, { kind: 'flagsChanged', keys: ['a'] }, { kind: 'statusChanged', status: 'stale' });
    receiver.bytes(Buffer.from('x'));
    assert.deepEqual(notices.map(({ kind }) => kind), ['flagsChanged', 'error', 'statusChanged']);
  });

  it('closes a connection that the engine drops, and lets nothing of it through any more', () => {
    const receiver = connect();
    engine.outputs.push({ kind: 'disconnect' });
    receiver.connected(500, undefined, undefined);
    assert.equal(transport.connections[0]?.isClosed, true);
    receiver.connected(200, 'text/event-stream', undefined);
    receiver.bytes(Buffer.from('late'));
    receiver.disconnected(undefined);
    assert.deepEqual(engine.inputs, ['start', 'connected 500']);
  });

  it('keeps the words of an old connection from the next one', () => {
    const old = connect();
    old.disconnected(undefined);
    const current = connect();
    old.bytes(Buffer.from('old'));
    old.disconnected(undefined);
    current.bytes(Buffer.from('new'));
    assert.deepEqual(engine.inputs, ['start', 'disconnected', 'start', 'bytes new']);
  });

  it('closes the connection before it opens another', () => {
    connect();
    connect();
    assert.deepEqual(transport.connections.map(({ isClosed }) => isClosed), [true, false]);
  });

  it('tells what broke the connection with the error that came of it, and with no other', () => {
    const receiver = connect();
    const cause = new Error('reset');
    const error = { kind: 'error', code: 'CONNECTION_FAILED', message: 'm', status: undefined } as const;
    engine.outputs.push(error);
    receiver.disconnected(cause);
    engine.outputs.push(error);
    driver.start();
    assert.deepEqual(causes, [cause, undefined]);
  });

  it('keeps one timer: the one that was named last', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.mock.method(performance, 'now', () => 1_000.9);
    engine.outputs.push({ kind: 'wakeAt', at: 9_000 }, { kind: 'wakeAt', at: 3_000 });
    driver.start();
    context.mock.timers.tick(1_999);
    assert.deepEqual(engine.inputs, ['start']);
    context.mock.timers.tick(1);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
    context.mock.timers.tick(60_000);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
  });

  it('wakes at once for a moment that has passed', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    engine.outputs.push({ kind: 'wakeAt', at: -5 });
    driver.start();
    context.mock.timers.tick(1);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
  });

  it('leaves no timer behind when it is closed', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    engine.outputs.push({ kind: 'wakeAt', at: 0 });
    driver.start();
    driver.close();
    context.mock.timers.tick(100_000);
    assert.deepEqual(engine.inputs, ['start', 'close']);
  });

  it('takes an input in the midst of a notice, and loses no output by it', () => {
    const heard: string[] = [];
    const nested: Driver = new Driver(engine, transport, (notice) => {
      heard.push(notice.kind === 'statusChanged' ? notice.status : notice.kind);
      if (notice.kind === 'flagsChanged') nested.close();
    });
    engine.close = mock.fn(() => {
      engine.outputs.push({ kind: 'disconnect' }, { kind: 'statusChanged', status: 'closed' });
    });
    const ready = { kind: 'statusChanged', status: 'ready' } as const;
    engine.outputs.push({ kind: 'connect', lastEventId: null }, { kind: 'flagsChanged', keys: [] }, ready);
    nested.start();
    assert.deepEqual(heard, ['flagsChanged', 'ready', 'closed']);
    assert.equal(transport.connections[0]?.isClosed, true);
  });
});
