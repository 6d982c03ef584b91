/**
 * catalyst-api is stopped for a moment, and Flux kept from starting it; `undo/start-catalyst.ts` puts both back as they were found. Only
 * what has armed the undo on the mother calls this (`undo/armed-undo.ts`).
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Act } from '../../world/step.js';

/** The longest that its Pods may take to end. */
export const stopMs = 120_000;
/** A write of Flux that was under way undoes the first stop; whatever undoes more is no such write. */
const mostStops = 3;

export function scaleMutation(
  catalyst: Pick<CatalystOnMother, 'namespace' | 'deployment'>,
  replicas: number,
): Mutation {
  const { namespace, deployment } = catalyst;
  return {
    target: { system: 'mother', kind: 'Deployment', namespace, name: deployment.name },
    sentence: `scale Deployment ${namespace}/${deployment.name} on the mother to ${replicas}`,
  };
}

export function ownerMutation(
  catalyst: Pick<CatalystOnMother, 'kustomization'>,
  verb: 'suspend' | 'resume',
): Mutation | undefined {
  const owner = catalyst.kustomization;
  if (!owner || owner.suspended) return undefined;
  return {
    target: { system: 'mother', kind: 'Kustomization', namespace: owner.namespace, name: owner.name },
    sentence: `${verb} Flux Kustomization ${owner.namespace}/${owner.name} on the mother`,
    effect: { field: 'spec.suspend', after: verb === 'suspend' },
  };
}

/** True while it is at 0, whoever has scaled it. */
export async function isStopped(mother: Kube, { deployment }: Pick<CatalystOnMother, 'deployment'>): Promise<boolean> {
  return (await replicasNow(mother, deployment)) === 0;
}

export async function replicasNow(mother: Kube, deployment: KubeRef): Promise<number> {
  return (await mother.get(deployment))?.spec?.replicas ?? 1;
}

/**
 * Suspends the owner and scales to 0; resolves when no Pod is left. Throws E5020, before either, when somebody has scaled it since it was
 * looked at: the armed undo would not put back what there is now.
 */
export async function stopCatalyst(mother: Kube, act: Act, catalyst: CatalystOnMother): Promise<void> {
  const now = await replicasNow(mother, catalyst.deployment);
  if (now !== 0 && now !== catalyst.replicas)
    throw fail(
      'E5020',
      `Deployment ${catalyst.namespace}/${catalyst.deployment.name} on the mother has ${now} replicas now and had ${catalyst.replicas} when its undo was prepared. It was not stopped.`,
      { actions: [command('resume')] },
    );
  const suspend = ownerMutation(catalyst, 'suspend');
  if (suspend && catalyst.kustomization)
    await act(suspend, async (writers) =>
      (await writers.mother()).patch(catalyst.kustomization!, { spec: { suspend: true } }),
    );
  const stop = () =>
    act(scaleMutation(catalyst, 0), async (writers) =>
      (await writers.mother()).patch(catalyst.deployment, { spec: { replicas: 0 } }, 'scale'),
    );
  await stop();
  for (let stops = 1; !(await hasStopped(mother, catalyst, suspend !== undefined && stops < mostStops)); stops += 1)
    await stop();
  await podsGone(mother, catalyst);
}

/** Resolves with false as soon as its owner has started it again, where that is asked for. */
function hasStopped(mother: Kube, { namespace, deployment, replicas }: CatalystOnMother, mayStart: boolean) {
  return mother.waitFor<boolean>(deployment, {
    reason: `Deployment ${namespace}/${deployment.name} on the mother to stop`,
    timeoutMs: stopMs,
    look: (object) => {
      if (mayStart && object?.spec?.replicas === replicas && isByFlux(object)) return { done: false };
      const running = object?.status?.replicas ?? 0;
      const seen = object?.status?.observedGeneration === object?.metadata.generation;
      return seen && running === 0 ? { done: true } : { pending: `${running} Pods are left` };
    },
  });
}

/**
 * A Kustomization that is suspended while it reconciles still writes what Git says, so that catalyst-api runs again. What anybody else
 * wants of it is not ours to change.
 */
function isByFlux({ metadata }: KubeObject): boolean {
  const fields = (metadata['managedFields'] ?? []) as { manager?: string; fieldsV1?: Record<string, object> }[];
  const ownsReplicas = ({ fieldsV1 }: (typeof fields)[number]) => 'f:replicas' in (fieldsV1?.['f:spec'] ?? {});
  const owners = fields.filter(ownsReplicas).map(({ manager }) => manager);
  return owners.length > 0 && owners.every((manager) => manager === 'kustomize-controller');
}

/** A Deployment does not count Pods that are ending, and until it has ended the process writes its records back to the claim. */
async function podsGone(mother: Kube, { namespace, labels }: CatalystOnMother): Promise<void> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = labelSelector ? await mother.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }) : [];
  for (const pod of pods)
    await mother.waitFor(refOfObject(pod), {
      reason: `Pod ${namespace}/${pod.metadata.name} on the mother to end`,
      timeoutMs: stopMs,
      look: (object) =>
        object === undefined || object.metadata.uid !== pod.metadata.uid ? { done: true } : { pending: 'it is ending' },
    });
}
