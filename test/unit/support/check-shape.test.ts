import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkShape } from '../../../src/support/check-shape.js';

const named = z.strictObject({ name: z.string().min(1).max(63) });

it('what zod itself trips over is a wrong value', () => {
  const hostile = { name: { length: { toString: '' } } };
  expect(() => named.safeParse(hostile)).toThrow(TypeError);
  expect(checkShape(named, hostile)).toMatchObject({ success: false, error: { issues: [{ path: [] }] } });
});

it('everything else is answered as zod answers it', () => {
  expect(checkShape(named, { name: 'x' })).toEqual({ success: true, data: { name: 'x' } });
  expect(checkShape(named, { name: '' })).toMatchObject({ success: false, error: { issues: [{ path: ['name'] }] } });
});
