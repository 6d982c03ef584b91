/** A step on a fake cluster: what it planned, what it did, what it told. */
import { fileURLToPath } from 'node:url';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { Kube, KubeObject } from '../../../src/kubernetes/client/kube.js';
import { fail } from '../../../src/support/errors/errors.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import type { ProofOf } from '../../../src/walk/proofs/proof.js';
import { checkedWriters } from '../../../src/world/gate/checked-writers.js';
import { type Adapters, writersOf } from '../../../src/world/gate/writers.js';
import type { Act, StepContext } from '../../../src/world/step.js';
import type { World } from '../../../src/world/world.js';
import { omantel } from '../../fakes/fake-world.js';

export const root = fileURLToPath(new URL('../../../templates/blueprints', import.meta.url));

function once<T>(make: () => T): () => Promise<T> {
  let made: T | undefined;
  return async () => {
    made ??= make();
    return made;
  };
}

const unexpected = (name: string) => (): never => {
  throw new Error(`${name} is not expected`);
};

const loaded = loadBlueprints(root);

/** Refuses everything that a test did not give. Credentials are kept in a map. */
export async function fakeWorld(given: Partial<World> & { cluster?: Kube } = {}) {
  const { cluster, ...rest } = given;
  const kept = new Map<string, string>();
  const blueprints = await loaded;
  const sovereign = given.sovereign ?? omantel();
  const world = {
    sovereign,
    clock: { now: () => new Date('2026-11-23T00:00:00Z'), sleep: () => new Promise<void>(() => undefined) },
    signal: new AbortController().signal,
    redactor: createRedactor(),
    credentials: {
      find: async (name: string) => kept.get(name),
      get: async (name: string) => kept.get(name) ?? `captured ${name}`,
      set: async (name: string, value: string) => {
        kept.set(name, value);
      },
      forget: async () => undefined,
    },
    exec: unexpected('exec'),
    http: unexpected('http'),
    dns: unexpected('dns'),
    kube: async () => {
      if (cluster) return cluster;
      throw fail('E3101', 'there is no cluster');
    },
    mother: unexpected('mother'),
    hetzner: unexpected('hetzner'),
    objectStore: unexpected('objectStore'),
    blueprints,
    tree: once(() => renderTree(sovereign, blueprints)),
    runId: 'run-1',
    stateDir: '/nowhere',
    ...rest,
  } as unknown as World;
  return { world, kept, blueprint: (name: string) => blueprints.find((one) => one.name === name)! };
}

/** Its writers are those of `world`; nothing is protected. */
export function fakeContext(world: World) {
  const done: string[] = [];
  const told: string[] = [];
  const act: Act = async (mutation, change) => {
    done.push(mutation.sentence);
    return change(checkedWriters(writersOf(world as unknown as Adapters), mutation, () => undefined).writers, {
      id: 'op',
      signal: new AbortController().signal,
    });
  };
  const { signal } = new AbortController();
  const context: StepContext = {
    act,
    undo: { act, signal },
    progress: { waiting: (reason) => told.push(reason), output: (line) => told.push(line) },
    signal,
  };
  return { context, done, told };
}

/** A proof that changes nothing and sees what it is to see. */
export const easyProof: ProofOf = () => ({ plan: () => [], take: async () => ({ summary: 'seen', facts: {} }) });

/** What controllers make of anything in the tree when all goes well. */
export function wellBehaved(object: KubeObject): KubeObject[] {
  const yes = (...types: string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) });
  const status: Record<string, unknown> = {
    HelmRelease: { observedGeneration: 0, ...yes('Ready') },
    Job: yes('Complete'),
    Cluster: { phase: 'Cluster in healthy state', ...yes('ContinuousArchiving') },
    BackupStorageLocation: { phase: 'Available' },
    Deployment: { updatedReplicas: 9, availableReplicas: 9, readyReplicas: 9 },
    StatefulSet: { updatedReplicas: 9, readyReplicas: 9 },
    DaemonSet: { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 },
  };
  const generic = yes('Ready', 'Installed', 'Healthy', 'Established', 'Offered');
  return [{ ...object, metadata: { generation: 0, ...object.metadata }, status: status[object.kind] ?? generic }];
}

/** Workloads and CRDs that a Blueprint's charts bring. */
export function broughtBy(blueprint: Awaited<ReturnType<typeof loadBlueprints>>[number]): KubeObject[] {
  return [...blueprint.releases, blueprint].flatMap((part) => [
    ...part.workloads.map(({ kind, namespace, name }) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { namespace, name },
    })),
    ...part.crds.map((name) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
    })),
  ]);
}
