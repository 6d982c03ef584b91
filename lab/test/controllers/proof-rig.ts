/** Takes a proof of the product on a cluster of the lab: its reads, waits and changes go to the emulated API server. */
import type { Kube, KubeObject, KubeRef } from '../../../src/kubernetes/client/kube.js';
import type { ProofOf } from '../../../src/walk/proofs/proof.js';
import type { Act } from '../../../src/world/step.js';
import type { World } from '../../../src/world/world.js';
import { omantel } from '../../../test/unit/blueprints/rig.js';
import type { Cluster } from './harness.js';

/** `given` is what else the proof asks of its world: `http`, `blueprints`, `objectStore`, which it writes to as well. */
export async function takeProof(proofOf: ProofOf, lab: Cluster, given: Partial<World> = {}) {
  const kube = {
    get: (ref: KubeRef) => lab.kube.get(ref),
    list: lab.kube.list.bind(lab.kube),
    raw: lab.kube.raw.bind(lab.kube),
    async waitFor<T>(ref: KubeRef, { look }: Parameters<Kube['waitFor']>[1]): Promise<T> {
      let thrown: unknown;
      let done: T | undefined;
      await lab.until(ref, (object) => {
        try {
          const seen = look(object);
          if ('done' in seen) done = seen.done as T;
          return 'done' in seen;
        } catch (error) {
          thrown = error;
          return true;
        }
      });
      if (thrown) throw thrown;
      return done as T;
    },
  };
  const sentences: string[] = [];
  const writers = {
    sovereign: async () => ({
      async apply(objects: KubeObject[]) {
        for (const object of objects) await lab.kube.apply(object);
      },
      delete: (ref: KubeRef) => lab.kube.delete(ref),
    }),
    objectStore: async () => given.objectStore?.(),
  };
  const act = (async ({ sentence }: { sentence: string }, change: (given: typeof writers) => unknown) => {
    sentences.push(sentence);
    return change(writers);
  }) as unknown as Act;
  const world = {
    sovereign: omantel(),
    runId: '0123456789abcdef',
    clock: { now: () => new Date(), sleep: (ms: number) => new Promise((done) => setTimeout(done, Math.min(ms, 50))) },
    signal: new AbortController().signal,
    kube: async () => kube,
    ...given,
  } as unknown as World;
  const proof = proofOf(world);
  const planned = proof.plan().map(({ sentence }) => sentence);
  const progress = { waiting: () => undefined, output: () => undefined };
  const evidence = await proof.take({
    act,
    undo: { act, signal: world.signal },
    signal: world.signal,
    progress,
  } as unknown as Parameters<typeof proof.take>[0]);
  return { evidence, planned, sentences };
}
