/** The start order of a Sovereign, from the tree that belongs to its spec. */
import { withPullSecrets } from '../../blueprints/catalog/images/pull-secrets.js';
import { placedObjects } from '../../blueprints/lint/placed.js';
import { startNeeds } from '../../blueprints/start-order/start-needs.js';
import { cycleText, startOrder } from '../../blueprints/start-order/start-order.js';
import type { World } from '../../world/world.js';

export async function orderOf({
  tree,
  sovereign,
  blueprints: given,
}: Pick<World, 'tree' | 'sovereign' | 'blueprints'>): Promise<{ waves: string[][]; cycles: string[] }> {
  const blueprints = withPullSecrets(given, sovereign);
  const placed = placedObjects(await tree(), blueprints);
  const { waves, cycles } = startOrder(startNeeds({ sovereign, blueprints, placed }));
  return { waves, cycles: cycles.map(cycleText) };
}
