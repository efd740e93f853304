// What every client is apart from evaluation: start and end, status, flags, events, storage.

import { drive, type Driver } from './driver.js';
import { type Engine, ERROR, FLAGS_CHANGED, type Output, type Status, STATUSES } from './engine.js';
import { reasonOf, SidekickError, type SidekickErrorCode } from './errors.js';
import { Emitter } from './events.js';
import type { Flag } from './flag.js';
import { Log } from './log.js';
import { type ClientOptions, initTimeout, requestHeaders, streamAddress } from './options.js';
import { type HeaderList, platform, type Timer } from './platform.js';
import { isPromise } from './promises.js';
import { keepSnapshots, type SnapshotKeeper } from './storage.js';
import { fetchTransport, type Transport } from './transport.js';

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
export abstract class BaseClient extends Emitter<ClientEvents> {
  /** There from the start on. */
  protected driver: Driver | undefined;
  /** What may lie behind a failed connection, where the platform does not tell. */
  protected readonly suspicion: string = '';
  readonly #serverUrl: string;
  readonly #sdkKey: string;
  readonly #options: ClientOptions;
  readonly #log: Log;
  readonly #keeper: SnapshotKeeper | undefined;
  #engine: Engine | undefined;
  #isStarted = false;
  #startTimer: Timer | undefined;
  /** The promise of `init()`, but for a rejected one. */
  #init: Promise<void> | undefined;
  /** Settles it; later calls do nothing. */
  #settle: (error?: SidekickError) => void = NOTHING;
  #lastError: SidekickError | undefined;
  #closing: Promise<void> | undefined;

  protected constructor(serverUrl: string, sdkKey: string, options: ClientOptions = {}) {
    super();
    this.#serverUrl = serverUrl;
    this.#sdkKey = sdkKey;
    this.#options = options;
    this.#log = new Log(options.logger);
    if (options.onError) this.on('error', options.onError);
    this.#keeper = options.storage && keepSnapshots(options.storage, () => this.snapshot(), (error) => this.#report(error));
  }

  /**
   * Opens the stream. Done when flags are live: the first of the stream, or a bootstrap or stored snapshot at once.
   *
   * Rejects with a SidekickError: REFUSED, INIT_TIMEOUT (in both cases the client goes on trying), INVALID_URL,
   * INVALID_HEADER, CLOSED. The same promise while it waits and once it is fulfilled; after a rejection a new wait.
   */
  init(): Promise<void> {
    if (this.#init) return this.#init;
    const limit = initTimeout(this.#options.initTimeout);
    const init = new Promise<void>((resolve, reject) => {
      const timer = platform.setTimeout(() => {
        const last = this.#lastError;
        const why = last ? `the last error was ${last.code}: ${last.message}` : 'nothing has answered';
        this.#settle(new SidekickError('INIT_TIMEOUT', `no flags within ${limit} ms; ${why}`, last));
      }, limit);
      this.#settle = (error) => {
        platform.clearTimeout(timer);
        this.#settle = NOTHING;
        if (!error) return resolve();
        this.#init = undefined;
        reject(error);
      };
    });
    this.#init = init;
    // A caller who doesn't wait is no caller who forgot to catch: errors are told as events too.
    init.catch(NOTHING);
    this.#begin();
    return init;
  }

  /** Whether there are flags, and whether they are current. */
  get status(): Status {
    return this.#engine ? STATUSES[this.#engine.status()]! : this.#closing ? 'closed' : 'connecting';
  }

  /** The store's revision that the flags are of; 0 before the first flags. */
  get revision(): number {
    return this.#engine?.revision() ?? 0;
  }

  /** All flags, sorted by key; a fresh copy, made of JSON at each call. */
  flags(): Flag[] {
    return JSON.parse(this.#engine?.flagsJson() ?? '[]') as Flag[];
  }

  /** The flags as a text for the option `bootstrap` of another client; undefined before the first flags. */
  snapshot(): string | undefined {
    return this.#engine?.exportSnapshot() ?? undefined;
  }

  /**
   * Ends the stream at once; evaluations go on from the last-known flags. The promise never rejects and is done when
   * the storage has taken the last snapshot.
   */
  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    platform.clearTimeout(this.#startTimer);
    // Set first, for a listener of `status` may call this again.
    let done = NOTHING;
    this.#closing = new Promise((resolve) => {
      done = resolve;
    });
    if (this.driver) {
      this.driver.close();
    } else {
      this.emit('status', 'closed');
      this.tell();
    }
    this.#settle(closed());
    void (this.#keeper?.close() ?? Promise.resolve()).then(done);
    return this.#closing;
  }

  /** The engine, or a promise of it. What it throws or rejects with is a SidekickError; it is then asked again. */
  protected abstract open(): Engine | Promise<Engine>;

  /** Called before anybody hears of changed flags. */
  protected abstract forgetFlags(keys: readonly string[]): void;

  /** The way to the stream. */
  protected transport(address: string, headers: () => HeaderList, _engine: Engine): Transport {
    return fetchTransport(address, headers);
  }

  protected override thrown(event: string, thrown: unknown): void {
    const { stack } = (thrown ?? {}) as { stack?: unknown };
    this.#log.warn(`a listener of "${event}" threw: ${stack ?? reasonOf(thrown)}`);
  }

  #begin(): void {
    if (this.#closing) return this.#settle(closed());
    this.#resolveWithFlags();
    if (this.#isStarted) return;
    this.#isStarted = true;
    const failed = (thrown: unknown): void => {
      this.#isStarted = false;
      this.#settle(thrown as SidekickError);
      this.#report(thrown as SidekickError);
    };
    try {
      const address = streamAddress(this.#serverUrl, this.#options.streamUrl);
      const headers = requestHeaders(this.#sdkKey, this.#options.headers);
      const opened = (engine: Engine): void => this.#start(engine, address, headers);
      const engine = this.open();
      if (isPromise(engine)) engine.then(opened).then(undefined, failed);
      else opened(engine);
    } catch (thrown) {
      failed(thrown);
    }
  }

  #start(engine: Engine, address: string, headers: () => HeaderList): void {
    if (this.#closing) return;
    this.#engine = engine;
    const driver = drive(engine, this.transport(address, headers, engine), (notice, cause) => this.#handleNotice(notice, cause));
    this.driver = driver;
    const take = (what: string) => (snapshot: string): void => {
      try {
        driver.importSnapshot(snapshot);
      } catch (thrown) {
        this.#report(new SidekickError('INVALID_SNAPSHOT', `${what} is not used: ${reasonOf(thrown)}`, thrown));
      }
    };
    if (this.#options.bootstrap !== undefined) take('options.bootstrap')(this.#options.bootstrap);
    const loading = this.#keeper?.load(take('the stored snapshot'));
    if (!loading) return driver.start();
    // With the stored flags the stream can resume; but a storage that hangs must not keep them all away.
    const start = (): void => {
      platform.clearTimeout(this.#startTimer);
      driver.start();
    };
    this.#startTimer = platform.setTimeout(start, LOAD_PATIENCE);
    void loading.then(start);
  }

  #handleNotice(notice: Output | undefined, cause: unknown): void {
    if (!notice) {
      this.tell();
    } else if (notice.kind === ERROR) {
      const [, code, message] = /(\S+) (.*)/s.exec(notice.text) as unknown as [string, SidekickErrorCode, string];
      const more = (cause === undefined ? '' : `: ${reasonOf(cause)}`) + (code === 'CONNECTION_FAILED' ? this.suspicion : '');
      const error = new SidekickError(code, message + more, cause, notice.number || undefined);
      this.#lastError = error;
      if (code === 'REFUSED') this.#settle(error);
      this.#note(error);
    } else if (notice.kind === FLAGS_CHANGED) {
      const keys = notice.text.split(',');
      this.forgetFlags(keys);
      this.#keeper?.changed();
      this.emit('change', keys);
    } else {
      this.#resolveWithFlags();
      const { status } = this;
      this.emit('status', status);
      if (status === 'ready') {
        this.#lastError = undefined;
        this.#log.allIsWell();
        // Also where no flag changed: an empty set is worth keeping too.
        this.#keeper?.changed();
        this.emit('ready', undefined);
      }
    }
  }

  #resolveWithFlags(): void {
    if (/ready|stale/.test(this.status)) this.#settle();
  }

  #report(error: SidekickError): void {
    this.#note(error);
    this.tell();
  }

  #note(error: SidekickError): void {
    if (this.hears('error')) this.emit('error', error);
    else this.#log.trouble(error);
  }
}

function NOTHING(): void {}

function closed(): SidekickError {
  return new SidekickError('CLOSED', 'the client is closed; make a new one');
}
