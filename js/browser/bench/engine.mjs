// The engine's module without our client: flags are fed, one is resolved, and whoever asks writes the texts itself. It is
// what a client that costs nothing would cost.
import { wasm } from '#surroundings';
import { replayOf } from '../../node/bench/replay.mjs';

/** The most bytes that are handed over at once, as the client does. */
const PIECE = 60_000;
/** Words of 32 bits before the part of the exchange that has them: see `src/exchange.rs`. */
const HANDLE = 4;
const SPANS = 7;
/** The words for the module's exports; those of a letter are as in `ts/engine.ts`. */
const wordsFor = ({ a: attribute, d: handleBytes, e: handleConnected, i: pollOutput, j: reserve, l: create, m: resolve, n: evaluate, ...rest }) => {
  return { attribute, handleBytes, handleConnected, pollOutput, reserve, create, resolve, evaluate, ...rest };
};
/** Room for the texts of all users of a case. */
const ROOM = 262_144;

export function engineWith(flags, flagKey) {
  const engine = wordsFor(new WebAssembly.Instance(wasm).exports);
  const place = engine.create(1, 2);
  const exchange = () => new Int32Array(engine.memory.buffer, place);
  const give = (bytes) => {
    const input = engine.reserve(bytes.length);
    new Uint8Array(engine.memory.buffer, input).set(bytes);
    return bytes.length;
  };
  const text = () => new TextDecoder().decode(new Uint8Array(engine.memory.buffer, exchange()[2], exchange()[3]));
  const encoder = new TextEncoder();

  engine.start(0);
  const length = give(encoder.encode('text/event-stream'));
  engine.handleConnected(0, 200, length, length);
  const replay = encoder.encode(replayOf(flags, 1));
  for (let at = 0; at < replay.length; at += PIECE) engine.handleBytes(1, give(replay.subarray(at, at + PIECE)));
  while (engine.pollOutput());

  const count = engine.resolve(give(encoder.encode(flagKey)));
  const [slot, generation] = exchange().subarray(HANDLE);
  const names = Array.from({ length: count }, (_, index) => (engine.attribute(index), text()));
  // It may make the memory grow, and the views of before useless.
  const room = engine.reserve(ROOM);
  const input = new Uint8Array(engine.memory.buffer, room, ROOM);
  const spans = new Int32Array(engine.memory.buffer, place + 4 * SPANS);
  return { engine, slot, generation, names, input, spans };
}
