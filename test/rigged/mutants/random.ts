/** Choices that a seed decides: the same seed makes the same mutants. */
export interface Random {
  /** From 0 to 1, as Math.random. */
  next(): number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** A word of lower-case letters that means nothing. */
  word(): string;
}

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    ...{ next, below },
    pick: (list) => list[below(list.length)]!,
    word: () => Array.from({ length: 4 + below(5) }, () => 'abcdefghiklmnoprstuvz'[below(21)]).join(''),
  };
}
