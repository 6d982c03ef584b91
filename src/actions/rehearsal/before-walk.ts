/** Whether a rehearsal comes before a walk: it is what D20 asks for, and once the Sovereign stands, its project has no room for it. */
import { takeInventory } from '../../hetzner/purge/plan/inventory.js';
import { isLive } from '../../hetzner/purge/select/select.js';
import { newestRehearsal } from '../../verification/rehearsal/pointer.js';
import type { Context } from '../session/context.js';

/** `lab`: it costs nothing and disturbs nobody, so nobody is asked; `real`: a person decides. Undefined where none is wanted or possible. */
export type RehearsalBefore = 'lab' | 'real' | undefined;

/** @param until the phase after which the walk stops: without a verdict nobody asks for D20 */
export async function rehearsalBefore(context: Context, until = 8): Promise<RehearsalBefore> {
  if (until < 8 || context.options.dryRun || newestRehearsal(await context.stateDir())) return undefined;
  const world = await context.world();
  const { fqdn, parentZone } = world.sovereign.spec;
  if (parentZone.provider !== 'powerdns') return undefined;
  if (isLive(await takeInventory(await world.hetzner()), fqdn)) return undefined;
  return (await world.identity()).kind === 'lab' ? 'lab' : 'real';
}
