// What every client is apart from evaluation: start and end, status, flags, events, storage.

import { drive, type Driver } from './driver.js';
import { CLOSED, type Engine, ERROR, FLAGS_CHANGED, type Output, READY, type Status, STATUS_CHANGED, STATUSES } from './engine.js';
import { reasonOf, SidekickError, type SidekickErrorCode } from './errors.js';
import { Emitter } from './events.js';
import type { Flag } from './flag.js';
import type { ClientOptions, RequestHeaders } from './options.js';
import { requestHeaders, streamAddress } from './request.js';
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

/** The base of all clients. Nothing here throws; only `init()` rejects. `Chunk` is what its engine takes beside bytes. */
export abstract class BaseClient<
  Options extends Omit<ClientOptions, 'storage'> = ClientOptions,
  Chunk = Uint8Array,
> extends Emitter<ClientEvents> {
  declare protected readonly serverUrl: string;
  declare protected readonly sdkKey: string;
  declare protected readonly options: Options;
  // There from the start on.
  declare protected engine?: Engine<Chunk | Uint8Array>;
  declare protected driver?: Driver;
  /**
   * Ends with the client.
   * @internal
   */
  protected readonly life = new AbortController();
  /** What may lie behind a failed connection, where the platform does not tell. */
  protected suspicion = '';
  #keeper: SnapshotKeeper | undefined;
  #isStarted: boolean | undefined;
  /** The promise of `init()`, but for a rejected one. */
  #init: Promise<void> | undefined;
  /** Settles it; later calls do nothing, as with every promise. */
  #settle: ((error?: SidekickError) => void) | undefined;
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
        reject(new SidekickError('INIT_TIMEOUT', `no flags within ${limit} ms${why}`, last));
      }, limit);
      this.#settle = (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
    });
    this.#init = init;
    // A caller who doesn't wait is no caller who forgot to catch: errors are told as events too.
    init.catch(() => {
      this.#init = undefined;
    });
    this.#settleByStatus();
    void this.#start();
    return init;
  }

  /** Whether there are flags, and whether they are current. */
  get status(): Status {
    return STATUSES[this.engine?.status() ?? (this.#closing ? CLOSED : 0)]!;
  }

  /** The store's revision that the flags are of; 0 before the first flags. */
  get revision(): number {
    return this.engine?.revision() ?? 0;
  }

  /** All flags, sorted by key; a fresh copy, made of JSON at each call. */
  flags(): Flag[] {
    return JSON.parse(this.engine?.flagsJson() ?? '[]') as Flag[];
  }

  /** The flags as a text for the option `bootstrap` of another client; undefined before the first flags. */
  snapshot(): string | undefined {
    return this.engine?.exportSnapshot();
  }

  /**
   * Ends the stream at once; evaluations go on from the last-known flags. The promise never rejects and is done when
   * the storage has taken the last snapshot.
   */
  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#closing = Promise.resolve().then(() => this.#keeper?.end());
    this.life.abort();
    if (this.driver) this.driver.act((engine) => engine.close());
    else this.#hear({ kind: STATUS_CHANGED, text: '', number: CLOSED });
    return this.#closing;
  }

  /** The engine. What it rejects with is a SidekickError; it is asked again by the next `init()`. */
  protected abstract open(): Engine<Chunk | Uint8Array> | Promise<Engine<Chunk | Uint8Array>>;

  /** What keeps the last-known flags, where the options name a storage. */
  protected abstract keeper(): SnapshotKeeper | undefined | Promise<SnapshotKeeper | undefined>;

  /** Called before anybody hears of changed flags. */
  protected abstract forgetFlags(keys: readonly string[]): void;

  /** The way to the stream, where `transport` alone is not. */
  protected route(
    transport: Transport,
    _address: string,
    _headers: RequestHeaders,
    _engine: Engine<Chunk | Uint8Array>,
  ): Transport<Chunk | Uint8Array> | Promise<Transport<Chunk | Uint8Array>> {
    return transport;
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
  report(...what: ConstructorParameters<typeof SidekickError>): SidekickError {
    return this.#tell(new SidekickError(...what));
  }

  async #start(): Promise<void> {
    if (this.#closing || this.#isStarted) return;
    this.#isStarted = true;
    try {
      const address = streamAddress(this.serverUrl, this.options.streamUrl);
      const headers = requestHeaders(this.sdkKey, this.options.headers);
      const engine = await this.open();
      const transport = await this.route(fetchTransport(address, headers), address, headers, engine);
      const keeper = await this.keeper();
      if (this.#closing) return;
      this.#keeper = keeper;
      this.engine = engine;
      this.driver = drive(engine, transport, (notice, cause) => this.#hear(notice, cause));
      this.#import(this.options.bootstrap, 'options.bootstrap');
      // With the stored flags the stream can resume. Who waits for `init` goes on first in any case: to begin a request
      // takes a page longer than to answer from a bootstrap.
      await keeper?.restore((stored) => this.#import(stored, 'the stored snapshot'));
      this.driver.act((engine, now) => engine.start(now));
    } catch (thrown) {
      this.#isStarted = false;
      this.#settle?.(this.#tell(thrown as SidekickError));
    }
  }

  #import(snapshot: string | undefined, what: string): void {
    try {
      if (snapshot !== undefined) this.driver!.act((engine) => engine.importSnapshot(snapshot));
    } catch (thrown) {
      this.report('INVALID_SNAPSHOT', `${what} is not used: ${reasonOf(thrown)}`, thrown);
    }
  }

  #hear({ kind, text, number }: Output, cause?: unknown): void {
    if (kind === ERROR) {
      let [code, message] = text.split(/ (.*)/) as [SidekickErrorCode, string];
      if (cause) message += `: ${this.reasonOf(cause)}`;
      if (code === 'CONNECTION_FAILED') message += this.suspicion;
      const error = (this.#lastError = this.report(code, message, cause, number || undefined));
      if (code === 'REFUSED') this.#settle?.(error);
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
      this.#settleByStatus();
    }
    // Whatever it was: the keeper sees whether there is something to keep.
    this.#keeper?.changed();
  }

  /** Done with flags, and an error without a future. */
  #settleByStatus(): void {
    const { status } = this;
    if (status === 'closed') this.#settle?.(new SidekickError('CLOSED', 'the client is closed'));
    else if (status !== 'connecting') this.#settle?.();
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
