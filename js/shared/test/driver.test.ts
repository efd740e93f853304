// The driver between an engine and a transport that a test plays: what reaches whom, and when no more.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type Driver, drive, hurry, type Input } from '../src/driver.js';
import { CLOSED, CONNECT, DISCONNECT, type Engine, ERROR, FLAGS_CHANGED, type Maybe, type Output, type OutputKind, STATUS_CHANGED, WAKE_AT } from '../src/engine.js';
import type { Receiver, Transport } from '../src/transport.js';

/** Notes its inputs, and says what the test put there. */
class PlayedEngine implements Engine {
  readonly inputs: string[] = [];
  private readonly outputs: Output[] = [];
  start = (): void => this.note('start');
  handleConnected = (_now: number, status: number): void => this.note(`connected ${status}`);
  handleBytes = (_now: number, bytes: Uint8Array): void => this.note(`bytes ${Buffer.from(bytes).toString()}`);
  handleDisconnected = (): void => this.note('disconnected');
  handleTimeout = (): void => this.note('timeout');
  retryNow = (): void => this.note('retry');
  close = (): void => this.note('close');
  pollOutput = (): Maybe<Output> => this.outputs.shift();
  status = (): number => (this.inputs.includes('close') ? CLOSED : 0);
  revision = (): number => 0;
  flagsJson = (): string => '[]';
  exportSnapshot = (): undefined => undefined;
  importSnapshot = (text: string): boolean => {
    this.note(`import ${text}`);
    return true;
  };

  says(kind: OutputKind, text = '', number = 0): void {
    this.outputs.push({ kind, text, number });
  }

  private note(input: string): void {
    this.inputs.push(input);
  }
}

/** A transport whose connections the test speaks through. */
class PlayedTransport {
  readonly connections: { receiver: Receiver; lastEventId: string; isClosed: boolean }[] = [];
  readonly connect: Transport = (lastEventId, receiver) => {
    const connection = { receiver, lastEventId, isClosed: false };
    this.connections.push(connection);
    return () => {
      connection.isClosed = true;
    };
  };
}

const start: Input = (engine, now) => engine.start(now);

describe('the driver', () => {
  let engine: PlayedEngine;
  let transport: PlayedTransport;
  let notices: OutputKind[];
  let causes: unknown[];
  let driver: Driver;

  beforeEach(() => {
    engine = new PlayedEngine();
    transport = new PlayedTransport();
    notices = [];
    causes = [];
    driver = drive(engine, transport.connect, (notice, cause) => {
      notices.push(notice.kind);
      causes.push(cause);
    });
  });

  function connect(lastEventId = ''): Receiver {
    engine.says(CONNECT, lastEventId);
    driver.act(start);
    const connection = transport.connections.at(-1);
    assert.ok(connection);
    return connection.receiver;
  }

  it('opens a connection with the last event id that the engine names', () => {
    connect('e:7');
    connect();
    assert.deepEqual(transport.connections.map(({ lastEventId }) => lastEventId), ['e:7', '']);
  });

  it('takes all outputs after each input, and hands the notices on in their order', () => {
    const receiver = connect();
    engine.says(FLAGS_CHANGED, 'a');
    engine.says(STATUS_CHANGED, '', 1);
    receiver.bytes(Buffer.from('x'));
    assert.deepEqual(notices, [FLAGS_CHANGED, STATUS_CHANGED]);
    assert.deepEqual(engine.inputs, ['start', 'bytes x']);
  });

  it('closes a connection that the engine drops, and lets nothing of it through any more', () => {
    const receiver = connect();
    engine.says(DISCONNECT);
    receiver.connected(500, '', '');
    assert.equal(transport.connections[0]?.isClosed, true);
    receiver.connected(200, 'text/event-stream', '');
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
    engine.says(ERROR, 'CONNECTION_FAILED m');
    receiver.disconnected(cause);
    engine.says(ERROR, 'CONNECTION_FAILED m');
    driver.act(start);
    assert.deepEqual(causes, [cause, undefined]);
  });

  it('drops a connection on demand, and tells no error of that', () => {
    connect();
    engine.says(ERROR, 'CONNECTION_LOST m');
    engine.says(STATUS_CHANGED, '', 2);
    driver.drop();
    assert.equal(transport.connections[0]?.isClosed, true);
    assert.deepEqual(engine.inputs, ['start', 'disconnected']);
    assert.deepEqual(notices, [STATUS_CHANGED]);
  });

  it('in a hurry, asks the engine for what is due and for an attempt at once', () => {
    driver.act(hurry);
    assert.deepEqual(engine.inputs, ['timeout', 'retry']);
  });

  it('keeps one timer: the one that was named last', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.mock.method(performance, 'now', () => 1_000);
    engine.says(WAKE_AT, '', 9_000);
    engine.says(WAKE_AT, '', 3_000);
    driver.act(start);
    context.mock.timers.tick(1_999);
    assert.deepEqual(engine.inputs, ['start']);
    context.mock.timers.tick(1);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
    context.mock.timers.tick(60_000);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
  });

  it('wakes at once for a moment that has passed', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    engine.says(WAKE_AT, '', -5);
    driver.act(start);
    context.mock.timers.tick(1);
    assert.deepEqual(engine.inputs, ['start', 'timeout']);
  });

  it('leaves no timer behind when it is closed', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    engine.says(WAKE_AT);
    driver.act(start);
    driver.act((played) => played.close());
    context.mock.timers.tick(100_000);
    assert.deepEqual(engine.inputs, ['start', 'close']);
  });

  it('takes an input in the midst of a notice, and acts on all that comes of both', () => {
    const nested: Driver = drive(engine, transport.connect, (notice) => {
      if (notice.kind === FLAGS_CHANGED) nested.act((played) => played.close());
    });
    engine.close = () => engine.says(DISCONNECT);
    engine.says(CONNECT);
    engine.says(FLAGS_CHANGED, 'a');
    nested.act(start);
    assert.equal(transport.connections[0]?.isClosed, true);
  });
});
