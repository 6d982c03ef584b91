import { expect, it } from 'vitest';
import { processor, recordWaits } from '../../../src/support/recorded-waits.js';

/** Waits in a time that only passes when it is told to; `stalls` are the readings of the processor's pressure. */
function rig(...stalls: (number | undefined)[]) {
  let now = 0;
  const waits = recordWaits(
    () => now,
    () => stalls.shift(),
  );
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...waits, pass };
}

it('counts one wait at a time, the one that was reported last, and leaves out what is short', () => {
  const { waiting, ended, pass } = rig();
  pass(5000);
  waiting('a');
  pass(3000);
  waiting('b');
  pass(500);
  waiting('a');
  waiting('a');
  pass(4000);
  expect(ended()).toEqual([{ for: 'a', ms: 7000 }]);
});

it('has what the work of this machine waited for a processor, where that is known', () => {
  const known = rig(1000, 9000.4);
  expect(known.ended()).toEqual([{ for: processor, ms: 8000 }]);
  expect(rig(undefined, 9000).ended()).toEqual([]);
});
