/** Checks of this machine alone: no spec, no network, nothing written. */
import { totalmem } from 'node:os';
import { type Check, runChecks } from '../preflight/check.js';
import { machineChecks } from '../preflight/machine.js';
import { command } from '../support/commands/command.js';
import type { PreflightResult } from './preflight.js';
import type { Context } from './session/context.js';

const gib = 1024 ** 3;
/** What two emulated clusters, their servers and helm use in a lab at the same time. */
const memoryWish = 4 * gib;

export async function doctor(
  context: Pick<Context, 'clock' | 'signal'>,
  machine: Parameters<typeof machineChecks>[0],
): Promise<PreflightResult> {
  const checks = await runChecks([...machineChecks(machine), memoryCheck()], context);
  return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

function memoryCheck(): Check {
  return {
    id: 'memory',
    title: 'there is memory for a lab',
    async look() {
      const told = `${(totalmem() / gib).toFixed(1)} GiB`;
      if (totalmem() >= memoryWish) return told;
      return { warn: `${told}; a lab works best with 4`, remedy: ['close other programs while a lab runs'] };
    },
  };
}

/** What a person types next on a machine where all is well. */
export const afterDoctor = () => `This machine is ready. Next: ${command('wizard', { lab: 'default' })}`;
