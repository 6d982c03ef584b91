/** Objects on the mother that are this Sovereign's alone, beside its Flux objects: deleted one by one, each through the gate. */
import type { Mutation } from '../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { erasableOf, readErasable } from '../../mother/protected/erasable.js';
import { readMotherFacts } from '../../mother/protected/mother-facts.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { secretsToErase } from './erase-secrets.js';

/** What is there now; Secrets that have their own step are left out. */
export async function ownObjects(world: Pick<World, 'sovereign' | 'mother'>): Promise<KubeObject[]> {
  const mother = await world.mother();
  const found = await readErasable(mother, world.sovereign);
  if (found.length === 0) return [];
  const { guarded } = await readMotherFacts(mother, world.sovereign);
  const byName = secretsToErase(world).map(({ namespace, name }) => `${namespace}/${name}`);
  return erasableOf(world.sovereign, found, guarded).filter(
    ({ kind, metadata }) => kind !== 'Secret' || !byName.includes(`${metadata.namespace}/${metadata.name}`),
  );
}

export function eraseObjectMutation({ kind, metadata: { namespace, name } }: KubeObject): Mutation {
  return {
    target: { system: 'mother', kind, namespace, name },
    sentence: `delete ${kind} ${namespace}/${name} on the mother: its ownership fields name this Sovereign alone`,
  };
}

export async function eraseObjects(world: World, act: Act): Promise<void> {
  for (const object of await ownObjects(world))
    await act(eraseObjectMutation(object), async (writers) => (await writers.mother()).delete(refOfObject(object)));
}
