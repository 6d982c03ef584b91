/**
 * The confirmations of a whole walk before the first change (wizard.md); the handover asks once more, when it is VERIFIED. A lab
 * that runs unattended answers them itself.
 */
import type { Context } from '../../actions/session/context.js';
import { allSteps, type WalkChoices } from '../../actions/session/steps.js';
import type { Confirm } from '../../engine/confirmation.js';
import { checkCapacity } from '../../hetzner/cluster/capacity.js';
import { fail, messageOf } from '../../support/errors/errors.js';

export async function confirmWalk(
  context: Context,
  { until = 8, purge, confirm, window }: WalkChoices & { until?: number; confirm?: string },
): Promise<Confirm | undefined> {
  const { options, output } = context;
  if (options.dryRun) return undefined;
  const isLab = await isUsedLab(context);
  const unattended = isLab && isUnattended(context);
  const { sovereign, path } = await context.spec();
  const { fqdn, hetzner } = sovereign.spec;
  if (!unattended) {
    const size = `${hetzner.controlPlane.count} × ${hetzner.controlPlane.type} in ${hetzner.location}`;
    output.note(`${fqdn} (${path}): ${size}${await priceOf(context)}; phases 0 to ${until}.`);
    if (!(await context.confirmStart('Start?'))) throw notStarted(path);
  }
  const steps = allSteps(await context.world(), { purge, window }).filter((step) => step.phase <= until);
  const what = 'This run hands over past the point of no return';
  const later = until >= 7 || confirm !== undefined;
  const answer = later ? await context.confirmInRun({ what, confirm, lab: unattended }) : undefined;
  const destructive = steps.flatMap((step) => step.destructive ?? []);
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

export function notStarted(path: string) {
  return fail('E1901', 'Not started. The answers are kept.', { actions: [`catalyst wizard --spec ${path}`] });
}

/** Of servers and load balancer, when Hetzner tells; what does not fit is told by preflight. */
async function priceOf(context: Context): Promise<string> {
  const world = await context.world();
  try {
    const { monthly, currency } = await checkCapacity(await world.hetzner(), world.sovereign.spec.hetzner);
    return `, ${monthly.toFixed(2)} ${currency} a month`;
  } catch (error) {
    context.signal.throwIfAborted();
    context.output.warn(`The price could not be determined: ${messageOf(error)}`);
    return '';
  }
}
