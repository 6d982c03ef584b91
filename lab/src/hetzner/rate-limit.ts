/** How many requests an hour the lab's Hetzner allows: what kills hundreds of runs after one another needs more than Hetzner's own. */
import { fail } from 'catalyst/support/errors/errors.js';

/** Whoever starts the lab sets it; the lab's own process takes it over. */
export const rateLimitVariable = 'CATALYST_LAB_HETZNER_RATE_LIMIT';

/** As Hetzner's for a project. */
const standard = 3600;

/** Throws E7003 for what is not a whole number above zero. */
export function rateLimitOf(env: Readonly<Record<string, string | undefined>>): number {
  const given = env[rateLimitVariable];
  if (given === undefined || given === '') return standard;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw fail(
    'E7003',
    `${rateLimitVariable} is "${given}": it must be a whole number of requests an hour, at least 1.`,
    {
      actions: [`unset ${rateLimitVariable}`, `or, for one command: ${rateLimitVariable}=100000 catalyst lab up`],
    },
  );
}
