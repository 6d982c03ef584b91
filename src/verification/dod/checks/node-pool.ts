/** W10: adding a NodePool is tried where it may cost something: in a lab always, else when a person agreed. */
import { command } from '../../../support/commands/command.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { nodePoolJoins } from '../../../walk/proofs/cluster/node-pool-joins.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';

/** The server that a claim became; it is removed again before this is told. */
export interface NodePoolSeen {
  server: string;
  /** At Hetzner. */
  id: number;
  type: string;
}

export function judgeNodePool(seen: NodePoolSeen): Answer {
  const { server, id, type } = seen;
  return passed(
    `a NodePool of one ${type} became server ${server} (${id}) in the project, and was removed with its claim`,
    seen,
  );
}

export async function nodePool({ world, context, options }: Scope): Promise<Answer> {
  if (!options.lab && !options.spend)
    return notChecked(`adding a NodePool costs money, so none was added: ${command('verify dod', { spend: true })}`);
  try {
    const { facts } = await nodePoolJoins(world).take(context);
    return judgeNodePool(facts as unknown as NodePoolSeen);
  } catch (error) {
    if (!isCatalystError(error, 'E4009') && !isCatalystError(error, 'E4003')) throw error;
    return failed(error.message);
  }
}
