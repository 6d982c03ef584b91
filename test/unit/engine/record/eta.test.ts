import { expect, it } from 'vitest';
import { elapsedOf, remainingMs, type TimedStep } from '../../../../src/engine/record/eta.js';

const now = new Date(100_000);
const step = (id: string, more: Partial<TimedStep> = {}): TimedStep => ({
  id,
  status: 'pending',
  expectedMs: 10_000,
  ...more,
});

it('adds what waits for each other and nothing else', () => {
  const steps = [
    step('a', { status: 'done' }),
    step('b', { status: 'running', startedAt: new Date(96_000), needs: ['a'] }),
    step('c', { needs: ['b'], expectedMs: 20_000 }),
    step('d', { needs: ['a'], expectedMs: 5000 }),
  ];
  expect(remainingMs(steps, now)).toBe(26_000);
  expect(remainingMs([step('late', { status: 'running', startedAt: new Date(0) })], now)).toBe(0);
});

it('does not guess: with a step that nobody has measured there is no time', () => {
  expect(remainingMs([step('a', { expectedMs: undefined })], now)).toBeUndefined();
  expect(remainingMs([step('a', { expectedMs: undefined, status: 'done' })], now)).toBe(0);
  expect(remainingMs([step('a', { needs: ['b'] }), step('b', { needs: ['a'] })], now)).toBeGreaterThan(0);
});

it('is as exact as an estimate is', () => {
  expect(elapsedOf(41_300, 39_000)).toBe('41s of ~1m30s');
  expect(elapsedOf(41_300, undefined)).toBe('41s');
  expect(elapsedOf(41_300, 0)).toBe('41s');
  expect(elapsedOf(60_000, 3_600_000)).toBe('1m of ~1h1m');
});
