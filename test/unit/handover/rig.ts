/** A world of two clusters in memory, for the handover: no network, no waiting. */

import type { Kube, KubeObject, KubeWriter } from '../../../src/kubernetes/client/kube.js';
import type { Sovereign } from '../../../src/sovereign/spec/schema.js';
import type { HttpAnswer } from '../../../src/tools/http/http.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import type { StepContext } from '../../../src/world/step.js';
import type { World } from '../../../src/world/world.js';
import { fakeGate, fakeWorld, omantel } from '../../fakes/fake-world.js';
import { answerAsServer } from '../../fakes/served-cluster.js';

export const sovereign = (): Sovereign => omantel({}, { mother: { protected: { namespaces: ['added'] } } });

export interface MemoryCluster {
  kube: Kube & KubeWriter;
  objects: Map<string, KubeObject>;
  /** What was written, in order: `patch Deployment catalyst/catalyst-api`. */
  writes: string[];
  /** Called after each write, to emulate controllers. */
  onWrite?: (verb: string, object: KubeObject) => void;
}

const keyOf = (kind: string, namespace: string | undefined, name: string) => `${kind} ${namespace ?? ''}/${name}`;

function merge(into: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const out = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else if (typeof value === 'object' && !Array.isArray(value))
      out[key] = merge((out[key] ?? {}) as Record<string, unknown>, value as Record<string, unknown>);
    else out[key] = value;
  }
  return out;
}

/** `key=value` only, as everything here asks. */
function selects(selector: string, labels: Record<string, string> = {}): boolean {
  // `a in (b,c)` is not looked at: what is not of that kind is not there
  if (selector === '' || selector.includes(' ')) return true;
  const [key = '', value] = selector.split('=');
  return value === undefined ? key in labels : labels[key] === value;
}

/** As the API server keeps a Secret: its clear text encoded. */
function stored({ stringData, ...object }: KubeObject): KubeObject {
  if (!stringData) return object as KubeObject;
  const data = Object.entries(stringData as Record<string, string>).map(([key, text]) => [key, btoa(text)]);
  return { ...object, data: Object.fromEntries(data) } as KubeObject;
}

/** Kinds that a cluster serves, whether or not it has any. */
const everyCluster = [
  ...['ConfigMap', 'Pod', 'Secret', 'Service'].map((kind) => ({ apiVersion: 'v1', kind })),
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
];

export function memoryCluster(objects: KubeObject[]): MemoryCluster {
  const store = new Map(objects.map((one) => [keyOf(one.kind, one.metadata.namespace, one.metadata.name), one]));
  const cluster: MemoryCluster = { objects: store, writes: [], kube: undefined as unknown as Kube & KubeWriter };
  const wrote = (verb: string, object: KubeObject) => {
    cluster.writes.push(`${verb} ${object.kind} ${object.metadata.namespace}/${object.metadata.name}`);
    cluster.onWrite?.(verb, object);
  };
  const put = (verb: string) => async (object: KubeObject) => {
    store.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    wrote(verb, object);
    return object;
  };
  cluster.kube = {
    server: 'memory',
    kubeconfig: '',
    get: async ({ kind, namespace, name }) => store.get(keyOf(kind, namespace, name)),
    list: async ({ kind, namespace, labelSelector = '' }) =>
      [...store.values()].filter(
        ({ kind: found, metadata }) =>
          found === kind && (!namespace || metadata.namespace === namespace) && selects(labelSelector, metadata.labels),
      ),
    async waitFor(ref, { reason, look }) {
      const seen = look(store.get(keyOf(ref.kind, ref.namespace, ref.name)));
      if ('done' in seen) return seen.done;
      throw new Error(`would wait for ${reason}: ${seen.pending}`);
    },
    apply: async (all) => Promise.all(all.map(stored).map(put('apply'))),
    create: put('create'),
    async patch({ kind, namespace, name }, patch) {
      const object = store.get(keyOf(kind, namespace, name));
      if (!object) throw new Error(`no ${kind} ${namespace}/${name}`);
      const merged = merge(object, patch) as KubeObject;
      // As API servers do, whatever the kind.
      if (merged.metadata.annotations && Object.keys(merged.metadata.annotations).length === 0)
        delete merged.metadata.annotations;
      store.set(keyOf(kind, namespace, name), merged);
      wrote('patch', merged);
      return merged;
    },
    async delete({ kind, namespace, name }) {
      const object = store.get(keyOf(kind, namespace, name));
      if (!object) return false;
      store.delete(keyOf(kind, namespace, name));
      wrote('delete', object);
      return true;
    },
    tryApply: async (all) => [...all],
    review: async () => ({ allowed: true }),
    askService: async () => ({ status: 503, body: '{"kind":"Status"}' }),
    raw: async (path) => {
      if (!/^\/apis?(\/|$)/.test(path)) return { status: 200, body: 'ok' };
      const all = [...store.values()];
      return answerAsServer(path, { kinds: [...everyCluster, ...all], objects: all, serving: {} });
    },
  };
  return cluster;
}

export const ids = ['5cd1bceaaacb71f6'];

/** The mother with catalyst-api, its owner and its Jobs, which end at once with `answers[job]`. */
export function motherCluster(answers: Record<string, () => object>): MemoryCluster {
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'catalyst-api', namespace: 'catalyst', generation: 1, uid: 'd' },
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [
            { name: 'api', image: 'api:1', volumeMounts: [{ name: 'data', mountPath: '/var/lib/catalyst' }] },
          ],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'catalyst-api-deployments' } }],
        },
      },
    },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1 },
  };
  const owner: KubeObject = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'catalyst-platform', namespace: 'flux-system' },
    spec: { path: './products/catalyst' },
    status: { inventory: { entries: [{ id: 'catalyst_catalyst-api_apps_Deployment', v: 'v1' }] } },
  };
  const cluster = memoryCluster([deployment, owner]);
  cluster.onWrite = (verb, object) => {
    if (object.kind === 'Deployment') {
      const replicas = object.spec.replicas as number;
      object.status = { observedGeneration: object.metadata.generation, replicas, readyReplicas: replicas };
    }
    if (object.kind === 'Job' && verb === 'apply') {
      const { annotations } = object.metadata;
      object.metadata.annotations = { ...annotations, 'catalyst.openova.io/armed': 'true' };
      return;
    }
    // With a Job its Pods go.
    if (object.kind === 'Job' && verb === 'delete')
      for (const [key, { kind, metadata }] of cluster.objects)
        if (kind === 'Pod' && metadata.labels?.['batch.kubernetes.io/job-name'] === object.metadata.name)
          cluster.objects.delete(key);
    if (object.kind !== 'Job' || verb !== 'create') return;
    const name = object.metadata.labels?.['catalyst.openova.io/job'] ?? '';
    object.status = { conditions: [{ type: 'Complete', status: 'True' }] };
    const message = JSON.stringify(answers[name]?.() ?? {});
    cluster.objects.set(`Pod ${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'pod',
        namespace: 'catalyst',
        labels: { 'batch.kubernetes.io/job-name': object.metadata.name },
      },
      status: { containerStatuses: [{ state: { terminated: { message } } }] },
    });
  };
  return cluster;
}

export interface Rig {
  world: World;
  context: StepContext;
  /** Sentences that went through the gate. */
  acts: string[];
}

/** @param http answers by method and URL; an unexpected call throws. */
export function rig(
  mother: MemoryCluster,
  own: MemoryCluster,
  http: (call: string) => Partial<HttpAnswer> | undefined,
): Rig {
  const world = fakeWorld({
    sovereign: sovereign(),
    // who sleeps comes after whoever needs no time
    clock: { now: () => new Date('2026-11-22T10:00:00Z'), sleep: () => new Promise((done) => setImmediate(done)) },
    runId: 'run12345',
    stateDir: '/nowhere',
    dns: async () => ({ rcode: 'NXDOMAIN', authoritative: true, answers: [], authorities: [], additionals: [] }),
    kube: async () => own.kube,
    mother: async () => mother.kube,
    http: async ({ url, method = 'GET' }) => {
      const answer = http(`${method} ${url}`);
      if (!answer) throw new Error(`unexpected call ${method} ${url}`);
      return { status: 200, headers: {}, text: '', ...answer };
    },
  });
  world.kept.set('powerdns-api-key', 'key-key-key');
  const acts: string[] = [];
  const gate = fakeGate(world as unknown as Adapters, world.signal);
  const act: StepContext['act'] = (mutation, change, options) => {
    acts.push(mutation.sentence);
    return gate.context.act(mutation, change, options);
  };
  return { world, context: { ...gate.context, act, undo: { act, signal: world.signal } }, acts };
}
