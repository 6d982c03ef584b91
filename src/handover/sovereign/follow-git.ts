/** From the pivot on, what Git contains of a Secret is what the cluster has: handed over before, and seen in sync after it. */

import { handedToGit } from '../../blueprints/render/seal.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { conditionOf, nameOf } from '../../kubernetes/readiness.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { followsGit, ownSecrets } from '../../walk/credentials/blueprint-secrets.js';
import type { World } from '../../world/world.js';
import type { Handover } from '../handover.js';

const syncMs = 10 * 60_000;

const handMutation = (names: readonly string[]): Mutation => ({
  target: { system: 'sovereign', kind: 'Secrets', name: 'sealed in Git' },
  sentence: `annotate Secrets so that sealed-secrets may change them to what Git contains: ${names.join(', ')}`,
});

/** The Secrets that the tree has sealed and that the controller would refuse to change: those of an earlier version of catalyst. */
async function refused(world: World, kube: Kube): Promise<KubeObject[]> {
  const refs = secretsInGit(world).map(({ namespace, name }) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name,
  }));
  const found = await Promise.all(refs.map((ref) => kube.get(ref)));
  return found.filter((secret) => secret !== undefined).filter((secret) => !followsGit(secret));
}

/** What `handSecretsToGit` would change now. */
export async function planHandingOver(world: World, kube: Kube): Promise<Mutation[]> {
  const secrets = await refused(world, kube);
  return secrets.length > 0 ? [handMutation(secrets.map(placeOf))] : [];
}

/** Before the first SealedSecret is applied: the controller tries each version of one a few times only. */
export async function handSecretsToGit({ world, act }: Handover, kube: Kube): Promise<void> {
  const secrets = await refused(world, kube);
  if (secrets.length === 0) return;
  await act(handMutation(secrets.map(placeOf)), async (writers) => {
    const writer = await writers.sovereign();
    for (const { metadata } of secrets) {
      const { namespace, name } = metadata;
      await writer.patch(
        { apiVersion: 'v1', kind: 'Secret', namespace, name },
        { metadata: { annotations: handedToGit } },
      );
    }
  });
}

/** Waits until each SealedSecret of the tree is Synced, about its present spec. Throws E5101 with the controller's own words. */
export async function waitForSealed({ world, progress }: Handover, kube: Kube): Promise<void> {
  for (const { namespace, name } of secretsInGit(world)) {
    const ref = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', namespace, name };
    progress.waiting(`SealedSecret ${namespace}/${name} in sync with Git`);
    await kube.waitFor(ref, {
      reason: `SealedSecret ${namespace}/${name} in sync with Git`,
      timeoutMs: syncMs,
      look: syncedOrWhy,
    });
  }
}

/** Synced about its present spec. Throws E5101 where the controller refused it. */
export function syncedOrWhy(sealed: KubeObject | undefined): { done: true } | { pending: string } {
  if (!sealed) return { pending: 'Flux has not applied it yet' };
  const { generation = 0 } = sealed.metadata;
  const synced = conditionOf(sealed, 'Synced');
  if (!synced || (sealed.status?.observedGeneration ?? 0) < generation)
    return { pending: 'its controller has not observed the current spec yet' };
  if (synced.status === 'True') return { done: true };
  throw fail('E5101', `${nameOf(sealed)} does not become a Secret: ${synced.message ?? 'no reason given'}.`, {
    actions: [
      // the controller gives up after five tries, and again tries all of them when it starts
      'kubectl -n kube-system rollout restart deployment/sealed-secrets-controller',
      command('handover finalize'),
    ],
  });
}

/** Each has a SealedSecret of its name in the tree. */
const secretsInGit = ({ blueprints }: World) => blueprints.flatMap(ownSecrets);

const placeOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
