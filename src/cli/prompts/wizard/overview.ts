/** Above the review: what the walk costs, how long it takes, how much it does. */
import type { Context } from '../../../actions/session/context.js';
import { allSteps } from '../../../actions/session/steps.js';
import { checkCapacity, partsText } from '../../../hetzner/cluster/capacity/capacity.js';
import { command } from '../../../support/commands/command.js';
import { messageOf } from '../../../support/errors/errors.js';
import { phases, tickets } from '../../../walk/wbs.js';
import type { World } from '../../../world/world.js';

/** Minutes that a walk in a lab takes, with its rehearsal, on two idle cores. */
const labMinutes = 3;

export async function overviewOf(world: World | undefined, { options, clock, signal }: Context): Promise<string> {
  if (!world) return 'Cost and duration are shown once the answers make a complete spec.';
  const { hetzner, fqdn } = world.sovereign.spec;
  const steps = allSteps(world);
  const estimated = steps.reduce((sum, { estimateMinutes = 0 }) => sum + estimateMinutes, 0);
  const isLab = options.lab !== undefined;
  return [
    `${fqdn} in ${hetzner.location}`,
    `  cost      ${await costOf(world, clock.now(), signal)}${isLab ? "; a lab costs nothing, these are Hetzner's prices" : ''}`,
    `  duration  about ${isLab ? labMinutes : estimated} minutes`,
    `  plan      ${steps.length} steps, ${tickets.length} tickets in ${phases.length} phases; every change: ${command('plan')}`,
  ].join('\n');
}

async function costOf(world: World, now: Date, signal: AbortSignal): Promise<string> {
  const { spec } = world.sovereign;
  try {
    const capacity = await checkCapacity(await world.hetzner(), spec, now);
    return `${partsText(capacity)}: ${capacity.monthly.toFixed(2)} ${capacity.currency} a month`;
  } catch (error) {
    signal.throwIfAborted();
    return `not known: ${messageOf(error)}`;
  }
}
