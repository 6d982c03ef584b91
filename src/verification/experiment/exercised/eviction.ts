/** One Pod of the Sovereign is evicted and comes back: scheduling and pulling need nobody. */
import type { Mutation } from '../../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { fail } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';

const waitMs = 240_000;

/**
 * Whose Pod is evicted: the scanner's. It proves that scheduling and pulling need nobody, and with one replica a Pod of the
 * console or the api would itself be the outage that the window looks for.
 */
const namespace = 'trivy-system';

/** A Pod is evicted as a drain does it, within the budgets of the Sovereign, and another one is Ready in its place. */
export async function podComesBack(
  world: World,
  { act }: Pick<StepContext, 'act'>,
  signal: AbortSignal,
): Promise<string> {
  const kube = await world.kube();
  const list = async () => (await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace })).filter(isOfSet);
  const before = await list();
  const pod = before.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!pod) throw fail('E4009', `No Pod of a Deployment runs in ${namespace}.`);
  await act(evictMutation, async (writers) => (await writers.sovereign()).delete(refOfObject(pod), { evict: true }));
  const known = new Set(before.map(({ metadata }) => metadata.uid));
  const successor = await waitUntil<KubeObject>({
    reason: `another Pod in place of ${namespace}/${pod.metadata.name}`,
    timeoutMs: waitMs,
    clock: world.clock,
    signal,
    async look() {
      const now = await list();
      const next = now.find((one) => !known.has(one.metadata.uid) && isReady(one));
      const isGone = now.every(({ metadata }) => metadata.uid !== pod.metadata.uid);
      if (next && isGone) return { done: next };
      return { pending: isGone ? 'no other Pod is Ready yet' : 'the evicted Pod has not ended yet' };
    },
  });
  return `Pod ${namespace}/${pod.metadata.name} was evicted; ${successor.metadata.name} took its place`;
}

const isOfSet = ({ metadata }: KubeObject) =>
  (metadata.ownerReferences ?? []).some((owner) => owner.kind === 'ReplicaSet');

const isReady = ({ status }: KubeObject) =>
  ((status?.conditions ?? []) as { type: string; status: string }[]).some(
    (one) => one.type === 'Ready' && one.status === 'True',
  );

export const evictMutation: Mutation = {
  target: { system: 'sovereign', kind: 'Pod', namespace, name: 'one of its Pods' },
  sentence: `evict one Pod in namespace ${namespace} of the Sovereign, to see it come back`,
};
