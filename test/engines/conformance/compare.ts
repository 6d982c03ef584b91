/** How two servers that were told the same are held against each other. */
import { expect, test } from 'vitest';
import type { Difference } from './differences.js';

type Turn = { id: string; silent?: boolean };
type Known = Pick<Difference, 'turn' | 'reason'>;
type Answers = Record<string, unknown>;

/** A test for each turn that is not silent: both gave the same answer, or what differs is known, and still does. */
export function compareTurns(
  turns: readonly Turn[],
  known: readonly Known[],
  answers: () => { emulated: Answers; real: Answers },
): void {
  test.each(turns.filter(({ silent }) => !silent))('$id', ({ id }) => {
    const { emulated, real } = answers();
    const difference = known.find(({ turn }) => turn === id);
    if (difference)
      expect(emulated[id], `no longer different: take it out of differences.ts (${difference.reason})`).not.toEqual(
        real[id],
      );
    else expect(emulated[id]).toEqual(real[id]);
  });
}

export function everyDifferenceIsHeld(known: readonly Known[], turns: readonly Turn[]): void {
  test('every known difference names a turn that is held', () => {
    expect(known.filter(({ turn }) => !turns.some(({ id }) => id === turn))).toEqual([]);
  });
}
