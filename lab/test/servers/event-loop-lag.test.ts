import { afterEach, expect, test, vi } from 'vitest';
import { reportEventLoopLag } from '../../src/start/event-loop-lag.js';

afterEach(() => void vi.useRealTimers());

test('a lab that could not answer says for how long, once; short delays are nobody’s business', () => {
  vi.useFakeTimers();
  const said: string[] = [];
  const delay = { max: 0, reset: () => Object.assign(delay, { max: 0 }), disable: vi.fn() };
  const watch = reportEventLoopLag((text) => said.push(text), delay);
  delay.max = 3.2e9;
  vi.advanceTimersByTime(10_000);
  delay.max = 0.4e9;
  vi.advanceTimersByTime(5000);
  expect(said).toEqual(['could not respond for 3200 ms: this machine or the lab was busy']);
  watch.stop();
  delay.max = 9e9;
  vi.advanceTimersByTime(5000);
  expect(said).toHaveLength(1);
  expect(delay.disable).toHaveBeenCalledTimes(1);
});
