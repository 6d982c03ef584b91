/** How many requests per hour the lab's Hetzner API allows. A test that kills hundreds of runs in a row needs more than the real limit. */
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';

/** Set in the environment of the command that starts the lab, which passes it on to the lab's process. */
export const rateLimitVariable = 'CATALYST_LAB_HETZNER_RATE_LIMIT';

/** Hetzner's own limit per project. */
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
      actions: [`unset ${rateLimitVariable}`, `or, for one command: ${rateLimitVariable}=100000 ${command('lab up')}`],
    },
  );
}
