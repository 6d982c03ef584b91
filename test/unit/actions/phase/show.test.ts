import { expect, it } from 'vitest';
import { showPhase } from '../../../../src/actions/phase/show.js';

it('a phase has its own rows, and one that there is not names where to look', () => {
  const { rows } = showPhase(3, undefined);
  expect(new Set(rows.map(({ phase }) => phase))).toEqual(new Set([3]));
  const refused = { code: 'E1001', actions: ['catalyst phase list'] };
  expect(() => showPhase(9, undefined)).toThrow(expect.objectContaining(refused));
});
