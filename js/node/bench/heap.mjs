// What a call leaves on V8's heap.
import { getHeapStatistics } from 'node:v8';

/**
 * Bytes a call, over so many calls: how much the heap grew over each hundred of them, without those hundreds in which a
 * collection made it shrink. What reading the size itself costs is taken off.
 */
export async function heapBytes({ ask, subjects }, calls) {
  const hundreds = Array.from({ length: 10 }, (_, index) => subjects.slice(index * 100, (index + 1) * 100));
  await grownBy(1_000, () => {});
  const reading = await grownBy(1_000, () => {});
  const grown = await grownBy(calls / 100, (index) => ask(hundreds[index % 10]));
  return Math.max(0, grown - reading) / 100;
}

async function grownBy(times, action) {
  let bytes = 0;
  let counted = 0;
  for (let done = 0; done < times; done += 1) {
    const before = getHeapStatistics().used_heap_size;
    const pending = action(done);
    if (pending instanceof Promise) await pending;
    const grown = getHeapStatistics().used_heap_size - before;
    if (grown < 0) continue;
    bytes += grown;
    counted += 1;
  }
  if (counted < times / 2) throw new Error(`a collection in ${times - counted} of ${times} readings: no figure for the heap`);
  return bytes / counted;
}
