// What every client is apart from evaluation: start and end, status, flags, events, storage.

import { drive, type Driver } from './driver.js';
import { CLOSED, type Engine, ERROR, FLAGS_CHANGED, type Output, READY, type Status, STATUSES } from './engine.js';
import { reasonOf, SidekickError, type SidekickErrorCode } from './errors.js';
import { Emitter } from './events.js';
import type { Flag } from './flag.js';
import { type ClientOptions, requestHeaders, streamAddress } from './options.js';
import type { SnapshotKeeper } from './storage.js';
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

const INIT_TIMEOUT = 5_000;
/** Much longer timers would fire at once. */
const LONGEST_TIMER = 2e9;
/** How long a storage may take before the client connects without what it holds. */
const LOAD_PATIENCE = 1_000;

/** The base of all clients. Nothing here throws; only `init()` rejects. */
export abstract class BaseClient<Options extends Omit<ClientOptions, 'storage'> = ClientOptions> extends Emitter<ClientEvents> {
  protected readonly serverUrl: string;
  protected readonly sdkKey: string;
  protected readonly options: Options;
  /** There from the start on. */
  protected driver: Driver | undefined;
  /** What may lie behind a failed connection, where the platform does not tell. */
  protected readonly suspicion: string = '';
  #keeper: SnapshotKeeper | undefined;
  #engine: Engine | undefined;
  #isStarted = false;
  /** The promise of `init()`, but for a rejected one. */
  #init: Promise<void> | undefined;
  /** Settles it; later calls do nothing. */
  #settle: (error?: SidekickError) => void = NOTHING;
  #lastError: SidekickError | undefined;
  /** The codes of what was said since all was well: an outage is a line or two for people, and not one each attempt. */
  readonly #said = new Set<string>();
  #closing: Promise<void> | undefined;

  protected constructor(serverUrl: string, sdkKey: string, options = {} as Options) {
    super();
    this.serverUrl = serverUrl;
    this.sdkKey = sdkKey;
    this.options = options;
    if (options.onError) this.on('error', options.onError);
  }

  /**
   * Opens the stream. Done when flags are live: the first of the stream, or a bootstrap or stored snapshot at once.
   *
   * Rejects with a SidekickError: REFUSED, INIT_TIMEOUT (in both cases the client goes on trying), INVALID_URL,
   * INVALID_HEADER, CLOSED. The same promise while it waits and once it is fulfilled; after a rejection a new wait.
   */
  init(): Promise<void> {
    if (this.#init) return this.#init;
    const init = new Promise<void>((resolve, reject) => {
      const limit = Math.min(this.options.initTimeout ?? INIT_TIMEOUT, LONGEST_TIMER);
      const timer = setTimeout(() => {
        const last = this.#lastError;
        const why = last ? `; the last error was ${last.code}: ${last.message}` : '';
        this.#settle(new SidekickError('INIT_TIMEOUT', `no flags within ${limit} ms${why}`, last));
      }, limit);
      this.#settle = (error) => {
        clearTimeout(timer);
        this.#settle = NOTHING;
        if (!error) return resolve();
        this.#init = undefined;
        reject(error);
      };
    });
    this.#init = init;
    // A caller who doesn't wait is no caller who forgot to catch: errors are told as events too.
    init.catch(NOTHING);
    this.#settleWithFlags();
    void this.#start();
    return init;
  }

  /** Whether there are flags, and whether they are current. */
  get status(): Status {
    return STATUSES[this.#engine?.status() ?? (this.#closing ? CLOSED : 0)]!;
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
    return this.#engine?.exportSnapshot();
  }

  /**
   * Ends the stream at once; evaluations go on from the last-known flags. The promise never rejects and is done when
   * the storage has taken the last snapshot.
   */
  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    // Set first, for a listener of `status` may call this again.
    this.#closing = Promise.resolve().then(() => this.#keeper?.end());
    if (this.driver) this.driver.act((engine) => engine.close());
    else this.emit('status', 'closed');
    this.#settle(closed());
    return this.#closing;
  }

  /** The engine. What it rejects with is a SidekickError; it is asked again by the next `init()`. */
  protected abstract open(): Engine | Promise<Engine>;

  /** What keeps the last-known flags, where the options name a storage. */
  protected abstract keeper(): SnapshotKeeper | undefined | Promise<SnapshotKeeper | undefined>;

  /** Called before anybody hears of changed flags. */
  protected abstract forgetFlags(keys: readonly string[]): void;

  /** The way to the stream. */
  protected route(address: string, headers: Readonly<Record<string, string>>, _engine: Engine): Transport | Promise<Transport> {
    return fetchTransport(address, headers);
  }

  /** What lies behind a failed connection, in words. */
  protected reasonOf(cause: unknown): string {
    return reasonOf(cause);
  }

  protected override thrown(thrown: unknown): void {
    this.#warn(`a listener threw: ${(thrown as Error | undefined)?.stack ?? thrown}`);
  }

  /**
   * Tells of an error.
   * @internal
   */
  report(...[code, message, cause, status]: ConstructorParameters<typeof SidekickError>): SidekickError {
    return this.#tell(new SidekickError(code, message, cause, status));
  }

  async #start(): Promise<void> {
    if (this.#closing) return this.#settle(closed());
    if (this.#isStarted) return;
    this.#isStarted = true;
    try {
      const { streamUrl, headers, bootstrap } = this.options;
      const address = streamAddress(this.serverUrl, streamUrl);
      const all = requestHeaders(this.sdkKey, headers);
      const engine = await this.open();
      const transport = await this.route(address, all, engine);
      const keeper = await this.keeper();
      if (this.#closing) return;
      this.#keeper = keeper;
      this.#engine = engine;
      this.driver = drive(engine, transport, (notice, cause) => this.#hear(notice, cause));
      this.#import(bootstrap, 'options.bootstrap');
      const loading = keeper?.stored().then((stored) => this.#import(stored, 'the stored snapshot'));
      // With the stored flags the stream can resume; but a storage that hangs must not keep them all away. Who waits for
      // `init` goes on first in any case: to begin a request takes a page longer than to answer from a bootstrap.
      await (loading && Promise.race([loading, new Promise((resolve) => setTimeout(resolve, LOAD_PATIENCE))]));
      this.driver.act((engine, now) => engine.start(now));
    } catch (thrown) {
      this.#isStarted = false;
      this.#settle(this.#tell(thrown as SidekickError));
    }
  }

  #import(snapshot: string | undefined, what: string): void {
    try {
      if (snapshot !== undefined) this.driver!.act((engine) => engine.importSnapshot(snapshot));
    } catch (thrown) {
      this.report('INVALID_SNAPSHOT', `${what} is not used: ${reasonOf(thrown)}`, thrown);
    }
  }

  #hear({ kind, text, number }: Output, cause: unknown): void {
    if (kind === ERROR) {
      const [code, ...words] = text.split(' ') as [SidekickErrorCode];
      let message = words.join(' ');
      if (cause) message += `: ${this.reasonOf(cause)}`;
      if (code === 'CONNECTION_FAILED') message += this.suspicion;
      const error = (this.#lastError = this.report(code, message, cause, number || undefined));
      if (code === 'REFUSED') this.#settle(error);
    } else if (kind === FLAGS_CHANGED) {
      const keys = text.split(',');
      this.forgetFlags(keys);
      this.emit('change', keys);
    } else {
      this.emit('status', STATUSES[number]!);
      if (number === READY) {
        this.#lastError = undefined;
        this.#said.clear();
        this.emit('ready', undefined);
      }
      this.#settleWithFlags();
    }
    // Whatever it was: the keeper sees whether there is something to keep.
    this.#keeper?.changed();
  }

  #settleWithFlags(): void {
    if (/ready|stale/.test(this.status)) this.#settle();
  }

  #tell(error: SidekickError): SidekickError {
    const { code, message } = error;
    if (!this.emit('error', error) && !this.#said.has(code)) {
      this.#said.add(code);
      this.#warn(`${code}: ${message}`);
    }
    return error;
  }

  #warn(message: string): void {
    try {
      (this.options.logger ?? console).warn(`sidekick: ${message}`);
    } catch {
      // There is nobody left to tell.
    }
  }
}

function NOTHING(): void {}

function closed(): SidekickError {
  return new SidekickError('CLOSED', 'the client is closed');
}
