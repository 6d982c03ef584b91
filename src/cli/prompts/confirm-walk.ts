/**
 * The confirmations of a whole walk before the first change (wizard.md); the handover asks once more, when it is VERIFIED. A lab
 * that runs unattended answers them itself.
 */
import { refuseWrongName } from '../../actions/session/confirmed-run.js';
import type { Context } from '../../actions/session/context.js';
import { allSteps, type WalkChoices } from '../../actions/session/steps.js';
import type { Confirm } from '../../engine/confirmation.js';
import { destroyedBy } from '../../engine/step.js';
import { checkCapacity, partsText } from '../../hetzner/cluster/capacity/capacity.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';

export async function confirmWalk(
  context: Context,
  { until = 8, purge, confirm, window }: WalkChoices & { until?: number; confirm?: string },
): Promise<Confirm | undefined> {
  const { options, output } = context;
  if (options.dryRun) {
    await refuseWrongName(context, confirm);
    return undefined;
  }
  const isLab = await isUsedLab(context);
  const unattended = isLab && isUnattended(context);
  const { sovereign, path } = await context.spec();
  const { fqdn, hetzner } = sovereign.spec;
  if (!unattended) {
    output.note(`${fqdn} (${path}): ${await sizeOf(context)} in ${hetzner.location}; phases 0 to ${until}.`);
    if (!(await context.confirmStart('Start?'))) throw notStarted();
  }
  const steps = allSteps(await context.world(), { purge, window }).filter((step) => step.phase <= until);
  const what = 'This run hands over past the point of no return';
  const later = until >= 7 || confirm !== undefined;
  const answer = later ? await context.confirmInRun({ what, confirm, lab: unattended }) : undefined;
  const destructive = await destroyedBy(steps);
  if (destructive.length > 0)
    await context.confirmByName({ what: `This run ${destructive.join(', ')}`, confirm, lab: unattended });
  return answer;
}

/** True for a run in a lab that nobody attends: it answers its confirmations itself. */
export async function isUnattendedLab(context: Context): Promise<boolean> {
  return isUnattended(context) && (await isUsedLab(context));
}

const isUnattended = ({ options, prompter }: Context) => options.yes || !prompter.available;

/** By the identity that the lab serves, not by the flag alone. */
const isUsedLab = async (context: Context) =>
  context.options.lab !== undefined && (await (await context.world()).identity()).kind === 'lab';

function notStarted() {
  return fail('E1901', 'Not started. The answers are kept.', { actions: [command('wizard')] });
}

/** Servers and load balancer with their price, when Hetzner tells; what does not fit is told by preflight. */
async function sizeOf(context: Context): Promise<string> {
  const world = await context.world();
  const { spec } = world.sovereign;
  try {
    const capacity = await checkCapacity(await world.hetzner(), spec, world.clock.now());
    return `${partsText(capacity)} for ${capacity.monthly.toFixed(2)} ${capacity.currency} a month`;
  } catch (error) {
    context.signal.throwIfAborted();
    context.output.warn(`The price could not be determined: ${messageOf(error)}`);
    return `${spec.hetzner.controlPlane.count + spec.hetzner.workers.count} servers`;
  }
}
