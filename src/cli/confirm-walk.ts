/** The confirmations of a whole walk, all before the first change (wizard.md). A lab that runs unattended answers them itself. */
import type { Context } from '../actions/context.js';
import { checkCapacity } from '../hetzner/cluster/capacity.js';
import { fail, messageOf } from '../support/errors.js';

export async function confirmWalk(
  context: Context,
  { until = 8, purge, confirm, window }: { until?: number; purge: string; confirm?: string; window?: string },
): Promise<void> {
  const { options, prompter, output } = context;
  if (options.dryRun) return;
  const isLab = options.lab !== undefined && (await (await context.world()).identity()).kind === 'lab';
  const unattended = isLab && (options.yes || !prompter.available);
  const { sovereign, path } = await context.spec();
  const { fqdn, hetzner } = sovereign.spec;
  if (!unattended) {
    const size = `${hetzner.controlPlane.count} × ${hetzner.controlPlane.type} in ${hetzner.location}`;
    output.note(`${fqdn} (${path}): ${size}${await priceOf(context)}; phases 0 to ${until}.`);
    if (!(await context.confirmStart('Start?'))) throw notStarted(path);
  }
  const grave = [
    ...(purge === 'apply' ? ['deletes the leftovers that #370 selects at Hetzner'] : []),
    ...(until >= 7 ? ['hands over past the point of no return'] : []),
    ...(until >= 8
      ? [`cuts the Sovereign off from its mother for the kill experiment (${window ?? (isLab ? '20s' : '10m')})`]
      : []),
  ];
  if (grave.length === 0) return;
  await context.confirmByName({ what: `This run ${grave.join(', ')}`, confirm, lab: unattended });
}

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
    context.output.warn(`The price was not seen: ${messageOf(error)}`);
    return '';
  }
}
