/** Probe objects: made in a namespace of their own, named for what they try, removed when the proof is taken. */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import type { Acting } from '../../world/step.js';

export const probeNamespace = 'catalyst-probes';
export const probeLabel = 'catalyst.openova.io/probe';

const target = (ref: KubeRef) => ({
  system: 'sovereign' as const,
  kind: ref.kind,
  name: ref.name,
  namespace: ref.namespace,
});

const where = (ref: KubeRef) => (ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name);

/** A volume or a namespace takes its time to go. */
const leftoverMs = 600_000;

export const makeProbe = (ref: KubeRef): Mutation => ({
  target: target(ref),
  sentence: `make the probe ${ref.kind} ${where(ref)}`,
});
export const removeProbe = (ref: KubeRef): Mutation => ({
  target: target(ref),
  sentence: `remove the probe ${ref.kind} ${where(ref)}`,
});

/** The namespace of probes. No Pod Security level: what is to refuse a probe is the Sovereign's own policy. */
export function probeNamespaceObject(name = probeNamespace): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'catalyst' } },
  };
}

/** The namespace that probes share; it stays. */
export const makeProbeNamespace: Mutation = makeProbe(refOfObject(probeNamespaceObject()));

/** Proofs run at the same time: nobody may take the shared namespace from under another. Empty, it stays. */
const isShared = (ref: KubeRef) => ref.kind === 'Namespace' && ref.name === probeNamespace;

/** Plan of `withProbes` for the same objects. */
export function probeMutations(objects: readonly KubeObject[]): Mutation[] {
  const refs = objects.map(refOfObject);
  const removed = refs.filter((ref) => !isShared(ref)).toReversed();
  return [...refs.map(makeProbe), ...removed.map(removeProbe)];
}

/**
 * Applies probe objects one by one, lets `look` work on them, and removes them last-to-first whatever happened. What a killed proof
 * left of them goes first: it would be looked at in their place.
 */
export async function withProbes<T>(
  kube: Kube,
  acting: Acting,
  objects: readonly KubeObject[],
  look: () => Promise<T>,
): Promise<T> {
  const { act, undo } = acting;
  await removeLeftovers(kube, acting, objects);
  const made: KubeRef[] = [];
  try {
    for (const object of objects) {
      const ref = refOfObject(object);
      await act(makeProbe(ref), async (writers) =>
        (await writers.sovereign()).apply([object], { forceConflicts: true }),
      );
      made.push(ref);
    }
    return await look();
  } finally {
    for (const ref of made.toReversed())
      if (!isShared(ref)) await undo.act(removeProbe(ref), async (writers) => (await writers.sovereign()).delete(ref));
  }
}

/** Those of these objects that are there already, last-to-first; returns when they are gone. */
export async function removeLeftovers(kube: Kube, { act }: Acting, objects: readonly KubeObject[]): Promise<void> {
  const refs = objects.map(refOfObject).filter((ref) => !isShared(ref));
  for (const ref of refs.toReversed()) {
    if (!(await kube.get(ref))) continue;
    await act(removeProbe(ref), async (writers) => (await writers.sovereign()).delete(ref));
    await kube.waitFor<true>(ref, {
      reason: `${ref.kind} ${where(ref)} of an earlier proof to go`,
      timeoutMs: leftoverMs,
      look: (seen) => (seen ? { pending: 'still there' } : { done: true }),
    });
  }
}
