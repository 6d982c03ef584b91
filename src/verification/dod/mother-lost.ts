/** A verification without a mother: what is the Sovereign's own is looked at all the same, what is hers is not checked. */

import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { World } from '../../world/world.js';
import { type Answer, notChecked } from './item.js';

/** One look: a mother that is gone would else be waited for by each item in turn. */
const lookMs = 10_000;

/** Items that are read from the mother's API. */
const hers: readonly string[] = ['D15', 'D16', 'D17'];

/** Why the mother cannot be read; undefined when she answers, whatever she answers. */
export async function lookForMother(world: Pick<World, 'mother' | 'signal'>): Promise<string | undefined> {
  try {
    const mother = await world.mother();
    await mother.raw('/version', { once: true, signal: AbortSignal.any([world.signal, AbortSignal.timeout(lookMs)]) });
    return undefined;
  } catch (error) {
    world.signal.throwIfAborted();
    return messageOf(error);
  }
}

/** The answer of an item that only she could give. */
export function withoutMother(id: string, motherLost: string | undefined): Answer | undefined {
  return motherLost !== undefined && hers.includes(id)
    ? notChecked(`the mother cannot be read: ${motherLost}`)
    : undefined;
}

/** Throws E4001 while there is no Sovereign to verify, naming what makes one. */
export async function requireSovereign(world: Pick<World, 'kube' | 'sovereign'>): Promise<void> {
  const { fqdn } = world.sovereign.spec;
  await world.kube().catch((error: unknown) => {
    noClusterYet(error);
    throw fail('E4001', `There is nothing to verify: ${messageOf(error)}`, {
      actions: [command('cluster create'), command('wizard')],
      cause: error,
      data: { fqdn },
    });
  });
}
