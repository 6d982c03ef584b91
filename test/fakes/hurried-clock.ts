import type { Clock } from '../../src/support/clock.js';

/** Time that leaps over every pause, so that back-off costs nothing. */
export function hurriedClock(): Clock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    sleep: (ms) => {
      ahead += ms;
      return new Promise((resolve) => setTimeout(resolve, 4));
    },
  };
}
