// What every client is apart from evaluation: start and end, status, flags, events, storage.

import { Driver, type Notice } from './driver.js';
import type { Engine, Status } from './engine.js';
import { reasonOf, SidekickError } from './errors.js';
import { Events, type Listener } from './events.js';
import type { Flag } from './flag.js';
import { InitWait } from './init_wait.js';
import { Log } from './log.js';
import { type ClientOptions, initTimeout, requestHeaders, streamAddress } from './options.js';
import { platform, type Timer } from './platform.js';
import { SnapshotKeeper } from './storage.js';
import { FetchTransport, type Transport } from './transport.js';

/** The events and what each carries. */
export interface ClientEvents {
  /** The stream is up and the flags are current: after the first start, and again after each outage. */
  ready: undefined;
  /** Flags were added, changed or removed; evaluations already see it. Their keys, sorted. */
  change: readonly string[];
  /** The status is another one. */
  status: Status;
  /** Something went wrong. The client goes on by itself, save after INVALID_URL and INVALID_HEADER. */
  error: SidekickError;
}

/** How long a storage may take before the client connects without what it holds. */
const LOAD_PATIENCE = 1_000;

/** The base of all clients. Nothing here throws; only `init()` rejects. */
export abstract class BaseClient {
  readonly #engine: Engine;
  readonly #driver: Driver;
  readonly #events: Events<ClientEvents>;
  readonly #log: Log;
  readonly #keeper: SnapshotKeeper | undefined;
  readonly #bootstrap: string | undefined;
  readonly #initTimeout: number;
  /** Why this client can never connect. */
  readonly #fault: SidekickError | undefined;
  #isStarted = false;
  #startTimer: Timer | undefined;
  #init: InitWait | undefined;
  #lastError: SidekickError | undefined;
  #closing: Promise<void> | undefined;

  protected constructor(engine: Engine, serverUrl: string, sdkKey: string, options?: ClientOptions) {
    const chosen = options ?? {};
    this.#engine = engine;
    this.#log = new Log(chosen.logger);
    this.#events = new Events((event, thrown) => this.#log.thrown(event, thrown));
    if (chosen.onError !== undefined) this.#events.on('error', chosen.onError);
    this.#bootstrap = chosen.bootstrap;
    this.#initTimeout = initTimeout(chosen);
    this.#keeper =
      chosen.storage && new SnapshotKeeper(chosen.storage, () => this.snapshot(), (error) => this.#report(error));
    const transport = transportFor(serverUrl, sdkKey, chosen);
    this.#fault = transport instanceof SidekickError ? transport : undefined;
    this.#driver = new Driver(engine, transport instanceof SidekickError ? NOWHERE : transport, (notice, cause) =>
      this.#handleNotice(notice, cause),
    );
  }

  /**
   * Opens the stream. Done when flags are live: the first of the stream, or a bootstrap or stored snapshot at once.
   *
   * Rejects with a SidekickError: REFUSED, INIT_TIMEOUT (in both cases the client goes on trying), INVALID_URL,
   * INVALID_HEADER, CLOSED. The same promise while it waits and once it is fulfilled; after a rejection a new wait.
   */
  init(): Promise<void> {
    if (this.#init !== undefined && !this.#init.isRejected) return this.#init.promise;
    const wait = new InitWait(this.#initTimeout, () => this.#late());
    this.#init = wait;
    this.#begin(wait);
    return wait.promise;
  }

  /** Whether there are flags, and whether they are current. */
  get status(): Status {
    return this.#engine.status();
  }

  /** The store's revision that the flags are of; 0 before the first flags. */
  get revision(): number {
    return this.#engine.revision();
  }

  /** All flags, sorted by key; a fresh copy, made of JSON at each call. */
  flags(): Flag[] {
    return JSON.parse(this.#engine.flagsJson()) as Flag[];
  }

  /** The flags as a text for the option `bootstrap` of another client; undefined before the first flags. */
  snapshot(): string | undefined {
    return this.#engine.exportSnapshot() ?? undefined;
  }

  /** Listens; returns what ends it. */
  on<Event extends keyof ClientEvents>(event: Event, listener: Listener<ClientEvents[Event]>): () => void {
    return this.#events.on(event, listener);
  }

  /** Ends what `on` began. */
  off<Event extends keyof ClientEvents>(event: Event, listener: Listener<ClientEvents[Event]>): void {
    this.#events.off(event, listener);
  }

  /**
   * Ends the stream at once; evaluations go on from the last-known flags. The promise never rejects and is done when
   * the storage has taken the last snapshot.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      platform.clearTimeout(this.#startTimer);
      // Set first, for a listener of `status` may call this again.
      let done = (): void => undefined;
      this.#closing = new Promise((resolve) => {
        done = resolve;
      });
      this.#driver.close();
      this.#init?.reject(new SidekickError('CLOSED', 'the client was closed before it had flags'));
      void (this.#keeper?.close() ?? Promise.resolve()).then(done);
    }
    return this.#closing;
  }

  /** Called before anybody hears of the change. */
  protected abstract forgetFlags(keys: readonly string[]): void;

  #begin(wait: InitWait): void {
    if (this.#closing !== undefined) {
      wait.reject(new SidekickError('CLOSED', 'the client is closed; make a new one'));
    } else if (this.#fault !== undefined) {
      wait.reject(this.#fault);
      this.#report(this.#fault);
    } else if (!this.#isStarted) {
      this.#isStarted = true;
      this.#start();
    }
    this.#resolveWithFlags();
  }

  #start(): void {
    if (this.#bootstrap !== undefined) this.#import(this.#bootstrap, 'options.bootstrap');
    const loading = this.#keeper?.load((snapshot) => this.#import(snapshot, 'the stored snapshot'));
    if (loading === undefined) return this.#driver.start();
    // With the stored flags the stream can resume; but a storage that hangs must not keep them all away.
    const start = (): void => {
      platform.clearTimeout(this.#startTimer);
      this.#driver.start();
    };
    this.#startTimer = platform.setTimeout(start, LOAD_PATIENCE);
    void loading.then(start);
  }

  #import(snapshot: string, what: string): void {
    try {
      this.#driver.importSnapshot(snapshot);
    } catch (thrown) {
      const message = `${what} is not used: ${reasonOf(thrown)}`;
      this.#report(new SidekickError('INVALID_SNAPSHOT', message, { cause: thrown }));
    }
  }

  #handleNotice(notice: Notice, cause: unknown): void {
    switch (notice.kind) {
      case 'error': {
        const message = cause === undefined ? notice.message : `${notice.message}: ${reasonOf(cause)}`;
        const error = new SidekickError(notice.code, message, { cause, status: notice.status ?? undefined });
        this.#lastError = error;
        if (error.code === 'REFUSED') this.#init?.reject(error);
        this.#report(error);
        break;
      }
      case 'flagsChanged':
        this.forgetFlags(notice.keys);
        this.#keeper?.changed();
        this.#events.emit('change', notice.keys);
        break;
      case 'statusChanged':
        this.#handleStatus(notice.status);
        break;
    }
  }

  #handleStatus(status: Status): void {
    this.#resolveWithFlags();
    if (status === 'ready') {
      this.#lastError = undefined;
      this.#log.allIsWell();
      // Also where no flag changed: an empty set is worth keeping too.
      this.#keeper?.changed();
    }
    this.#events.emit('status', status);
    if (status === 'ready') this.#events.emit('ready', undefined);
  }

  #resolveWithFlags(): void {
    const status = this.status;
    if (status === 'ready' || status === 'stale') this.#init?.resolve();
  }

  #report(error: SidekickError): void {
    if (this.#events.has('error')) this.#events.emit('error', error);
    else this.#log.trouble(error);
  }

  #late(): SidekickError {
    const last = this.#lastError;
    const why = last === undefined ? 'the server has not answered yet' : `the last error was ${last.code}: ${last.message}`;
    return new SidekickError('INIT_TIMEOUT', `no flags within ${this.#initTimeout} ms; ${why}`, { cause: last });
  }
}

/** Stands where there is no address to connect to. */
const NOWHERE: Transport = { connect: () => ({ close: () => undefined }) };

function transportFor(serverUrl: string, sdkKey: string, options: ClientOptions): Transport | SidekickError {
  try {
    return new FetchTransport(streamAddress(serverUrl, options), requestHeaders(sdkKey, options));
  } catch (thrown) {
    return thrown instanceof SidekickError ? thrown : new SidekickError('INVALID_URL', reasonOf(thrown), { cause: thrown });
  }
}
