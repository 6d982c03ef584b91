/** What D13 costs, told before a walk that ends in a verdict. */
import { messageOf } from '../../support/errors/errors.js';
import { poolServer } from '../../walk/proofs/cluster/node-pool-joins.js';
import type { Context } from '../session/context.js';

/** `one cx43 for an hour: 0.027 EUR`; undefined where nobody has to be asked. */
export async function poolCostBefore(context: Context, until = 8): Promise<string | undefined> {
  if (until < 8 || context.options.dryRun) return undefined;
  const world = await context.world();
  if ((await world.identity()).kind === 'lab') return undefined;
  try {
    const { type, price = 'price not known' } = await poolServer(world);
    return `one ${type} for an hour: ${price}`;
  } catch (error) {
    return `price not known: ${messageOf(error)}`;
  }
}
