// The engine alone, with code that knows the attributes' names and writes their texts for each question: the least that
// handing strings over costs.
import { engineWith } from '../engine.mjs';

export const call = 'evaluate(slot, generation), texts written';

/** A function for each name, so that V8 compiles a read of one property into each. */
const READERS = {
  plan: ({ plan }) => plan,
  device: ({ device }) => device,
  app_version: ({ app_version }) => app_version,
  email: ({ email }) => email,
  country: ({ country }) => country,
};

export async function open(flags, flagKey) {
  const { engine, slot, generation, names, input, spans } = engineWith(flags, flagKey);
  const { evaluate } = engine;
  const readers = names.map((name) => READERS[name]);

  const write = (text, index, start) => {
    for (let at = 0; at < text.length; at += 1) input[start + at] = text.charCodeAt(at);
    spans[2 * index] = start;
    spans[2 * index + 1] = start + text.length;
    return start + text.length;
  };
  return {
    subject: (user) => user,
    isEnabled: ({ key, attributes }) => {
      let end = write(key, 0, 0);
      for (let index = 0; index < readers.length; index += 1) end = write(readers[index](attributes), index + 1, end);
      return (evaluate(slot, generation) & 1) === 1;
    },
  };
}
