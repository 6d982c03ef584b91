import { Flags } from '@oclif/core';

/** Flags of everything that runs steps. */
export const runFlags = {
  schedule: Flags.option({
    options: ['phases', 'tickets'] as const,
    default: 'phases' as const,
    description: 'finish each phase before the next, or start a ticket as soon as its own dependencies are proven',
  })(),
  force: Flags.string({
    helpValue: 'REASON',
    description: 'continue although prerequisites are not proven; the evidence records the reason',
  }),
  confirm: Flags.string({
    helpValue: 'FQDN',
    description: 'the FQDN of the Sovereign, for steps that destroy something; --yes is not enough',
  }),
  fresh: Flags.boolean({ description: 'retake proofs that already exist' }),
};

/** Exit statuses that a run of steps can end with, beside 0, 1, 2, 8 (--timeout) and 130. */
export const runExitCodes = [3, 4, 5, 6, 7, 8, 9, 10] as const;
