// The engine alone, where the texts of all users stand in its memory before anything is timed: what evaluation itself costs
// with the call into WebAssembly, and twelve numbers that say where this user's texts are.
import { engineWith } from '../engine.mjs';

export const call = 'evaluate(slot, generation)';

export async function open(flags, flagKey) {
  const { engine, slot, generation, names, input, spans } = engineWith(flags, flagKey);
  const { evaluate } = engine;
  const encoder = new TextEncoder();
  let next = 0;

  /** The places of the user's texts, which are written in a ring: the last thousand users are those that are asked about. */
  const subject = (user) => {
    const texts = [user.key, ...names.map((name) => user.attributes[name])].map((text) => encoder.encode(text));
    const bytes = texts.reduce((sum, { length }) => sum + length, 0);
    if (next + bytes > input.length) next = 0;
    return texts.flatMap((text) => {
      const start = next;
      input.set(text, start);
      next += text.length;
      return [start, next];
    });
  };
  return {
    subject,
    isEnabled: (places) => {
      for (let index = 0; index < places.length; index += 1) spans[index] = places[index];
      return (evaluate(slot, generation) & 1) === 1;
    },
  };
}
