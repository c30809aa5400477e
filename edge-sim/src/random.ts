/** A stream of seeded numbers in [0, 1); the only source of chance in the simulator. */
export type Random = () => number;

/** Spreads every input bit over the word (finaliser of MurmurHash3). */
function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The number of a named stream, such as one device's fill level; the same seed and name always give the same stream. */
export function streamOf(seed: number, name: string): number {
  let h = avalanche(seed ^ 0x9e3779b9);
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return avalanche(h);
}

/** The number of a stream at a whole position, in [0, 1), without walking there: what makes the models pure functions of time. */
export const unitAt = (stream: number, index: number): number =>
  avalanche(avalanche((stream + Math.imul(index | 0, 0x9e3779b1)) | 0) ^ Math.floor(index / 0x1_0000_0000)) / 0x1_0000_0000;

/** A smooth curve through a stream, in [-1, 1]: `x` is time in units of how fast it may turn. */
export function driftAt(stream: number, x: number): number {
  const from = Math.floor(x);
  const blend = (1 - Math.cos((x - from) * Math.PI)) / 2;
  return (unitAt(stream, from) * (1 - blend) + unitAt(stream, from + 1) * blend) * 2 - 1;
}

/** A stream read one after the other, for processes that have a history, such as arrivals at a gate. */
export function createRandom(stream: number): Random {
  let position = 0;
  return () => unitAt(stream, position++);
}
