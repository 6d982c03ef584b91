/** A black start in memory: three servers, a cluster on them, and a clock that leaps. What powers off, denies, waits, looks and judges is the real thing. */
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { Server } from '../../../src/hetzner/api/types.js';
import type { Kube, KubeObject, KubeWriter } from '../../../src/kubernetes/client/kube.js';
import { blackStart } from '../../../src/verification/black-start/black-start.js';
import type { SealStatus } from '../../../src/verification/black-start/seen.js';
import { verdictOf } from '../../../src/verification/dod/item.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import { fakeGate, fakeWorld } from '../../fakes/fake-world.js';
import { orderedClock } from '../../fakes/ordered-clock.js';
import { blueprints, omantel } from '../../unit/blueprints/rig.js';
import { type MemoryCluster, memoryCluster } from '../../unit/handover/rig.js';
import type { Judgement, Stage } from '../rigged-world.js';

export interface BlackStartWorld {
  clock: ReturnType<typeof orderedClock>;
  own: MemoryCluster;
  servers: Server[];
  /** Whether a server does what Hetzner reports of its power. */
  obeys: (action: string, name: string) => boolean;
  /** Whether a machine boots when it is powered on; one that was never off does not. */
  boots: (name: string) => boolean;
  seal: SealStatus;
  /** Status of a public page, by host and path, once the machines are on again. */
  page: (url: string) => number;
  /** Names that a Pod reaches although they are denied. */
  leaks: (isAfterStart: boolean) => readonly string[];
  /** Called once the machines have booted again. */
  onBoot: () => void;
  /** Whether Flux handles what it is asked after the start. */
  reconciles: boolean;
  lab: boolean;
  asked: boolean;
  /** Sentences of what was changed, in order. */
  acts: string[];
}

const names = ['catalyst-omantel-omani-works-cp1', 'catalyst-omantel-omani-works-w1'];
const bootMs = 20_000;

const node = (name: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
  status: {
    nodeInfo: { bootID: `${name}-boot-1` },
    addresses: [{ type: 'ExternalIP', address: '203.0.113.10' }],
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

export const pod = (namespace: string, name: string, startedAt: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid: `${namespace}/${name}` } },
  spec: {},
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ state: { running: { startedAt } } }],
  },
});

const ready = (apiVersion: string, kind: string, namespace: string, name: string, more: object = {}): KubeObject => ({
  ...{ apiVersion, kind, metadata: { namespace, name, generation: 1 }, spec: {} },
  status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }], ...more },
});

function clusterObjects(startedAt: string): KubeObject[] {
  const database = { phase: 'Cluster in healthy state', readyInstances: 1 };
  return [
    ...names.map(node),
    ...['openbao/openbao-0', 'gitea/gitea-0', 'kube-system/cilium-1'].map((one) => {
      const [namespace = '', name = ''] = one.split('/');
      return pod(namespace, name, startedAt);
    }),
    ready('postgresql.cnpg.io/v1', 'Cluster', 'gitea', 'gitea-pg', database),
    ready('source.toolkit.fluxcd.io/v1', 'GitRepository', 'flux-system', 'flux-system'),
    ready('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'flux-system', 'bp-gitea'),
    {
      ...ready('apps/v1', 'Deployment', 'catalyst-system', 'catalyst-api'),
      spec: { template: { spec: { containers: [{ image: 'catalyst-api:1' }] } } },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'kube-system', name: 'coredns-custom' } },
  ];
}

async function blackStartWorld(): Promise<BlackStartWorld> {
  const clock = orderedClock();
  return {
    ...{ clock, own: memoryCluster(clusterObjects('2026-11-22T00:00:00Z')) },
    servers: names.map((name, index) => ({ id: index + 1, name, status: 'running' }) as Server),
    obeys: () => true,
    boots: () => true,
    seal: { type: 'static', initialized: true, sealed: false },
    page: () => 200,
    leaks: () => [],
    onBoot: () => undefined,
    ...{ reconciles: true, lab: true, asked: true, acts: [] },
  };
}

/** The machines: what they were told, whether they run, and what was last started on them. */
function machines(rigged: BlackStartWorld) {
  const { servers, clock, own } = rigged;
  let wasOff = false;
  let booted = true;
  const power = (id: number, action: string) => {
    const server = servers.find((one) => one.id === id)!;
    if (!rigged.obeys(action, String(server.name))) return;
    if (action === 'poweroff') {
      server.status = 'off';
      wasOff = true;
      booted = false;
    } else {
      server.status = 'running';
      if (servers.every(({ status }) => status === 'running')) void clock.sleep(bootMs).then(boot);
    }
  };
  const boot = () => {
    if (booted) return;
    booted = true;
    const startedAt = clock.now().toISOString();
    for (const one of own.objects.values()) {
      const name = one.metadata.name;
      if (one.kind === 'Node' && rigged.boots(name)) one.status.nodeInfo.bootID = `${name}-boot-2`;
      if (one.kind === 'Pod' && one.metadata.namespace !== 'catalyst-probes')
        one.status.containerStatuses = [{ state: { running: { startedAt } } }];
    }
    rigged.onBoot();
  };
  return {
    power,
    isUp: () => booted && servers.some(({ status }) => status === 'running'),
    isAfterStart: () => wasOff && booted,
  };
}

/** Another one for each name: what is let out has none of the mother's. */
const addresses = new Map<string, string>();
function addressOf(name: string): string {
  const known = addresses.get(name) ?? `192.0.2.${addresses.size + 1}`;
  addresses.set(name, known);
  return known;
}

/** What the controllers of the cluster make of each write: Jobs of probes end at once, Flux handles what it is asked. */
function controllers(rigged: BlackStartWorld, isAfterStart: () => boolean): void {
  const { own } = rigged;
  const isDenied = () => own.objects.has('CiliumClusterwideNetworkPolicy /catalyst-egress-block');
  const words: Record<string, (env: Record<string, string>) => object> = {
    'openbao-status': () => rigged.seal,
    'egress-canaries': ({ TARGETS = '' }) => ({
      hosts: Object.fromEntries(
        TARGETS.split(' ').map((one) => {
          const [host = '', known = ''] = one.split('=');
          const isOpen = !isDenied() || rigged.leaks(isAfterStart()).includes(host);
          const seen = isOpen ? [addressOf(host)] : [];
          return [host, { addresses: seen, reached: isOpen, ...(known ? { direct: isOpen } : {}) }];
        }),
      ),
      resolvers: {},
    }),
  };
  own.onWrite = (verb, object) => {
    const { metadata, spec } = object;
    const asked = metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
    if (verb === 'patch' && asked && (rigged.reconciles || !isAfterStart()))
      object.status = { ...object.status, lastHandledReconcileAt: asked };
    if (object.kind !== 'Job' || verb !== 'apply') return;
    metadata.annotations = { ...metadata.annotations, 'catalyst.openova.io/armed': 'true' };
    const probe = metadata.labels?.['catalyst.openova.io/probe'] ?? '';
    const env = (spec.template.spec.containers[0].env ?? []) as { name: string; value: string }[];
    const word = words[probe]?.(Object.fromEntries(env.map(({ name, value }) => [name, value])));
    if (!word) return;
    object.status = { succeeded: 1 };
    own.objects.set(`Pod catalyst-probes/${probe}`, {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name: probe, namespace: 'catalyst-probes', labels: { 'catalyst.openova.io/probe': probe } },
      status: { containerStatuses: [{ state: { terminated: { exitCode: 0, message: JSON.stringify(word) } } }] },
    });
  };
}

/** Nothing is there while its machines are not. */
function withMachines(kube: Kube & KubeWriter, isUp: () => boolean): Kube & KubeWriter {
  return new Proxy(kube, {
    get: (target, key) => {
      const value = target[key as keyof typeof target] as unknown;
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        if (!isUp()) throw new Error('connect ETIMEDOUT');
        return (value as (...of: unknown[]) => unknown)(...given);
      };
    },
  });
}

/** Names of the Sovereign. */
const ownName = /(^|\.)omantel\.omani\.works$/;

async function run(rigged: BlackStartWorld): Promise<Judgement> {
  const { clock, own, servers, lab, asked } = rigged;
  const { power, isUp, isAfterStart } = machines(rigged);
  controllers(rigged, isAfterStart);
  const kube = withMachines(own.kube, isUp);
  const answers = { rcode: 'NOERROR', authoritative: true, authorities: [], additionals: [] };
  const hetzner = {
    list: async () => servers,
    settle: async () => undefined,
    act: async (_type: string, id: number, action: string) => {
      power(id, action);
      return [];
    },
  };
  const [sovereign, all] = [omantel(), await blueprints()];
  const world = fakeWorld({
    ...{ sovereign, clock, blueprints: all, tree: async () => renderTree(sovereign, all) },
    ...{ kube: async () => kube, hetzner: async () => hetzner as never },
    dns: async ({ name, type }) => {
      if (!isUp()) throw new Error('timeout');
      return {
        ...answers,
        answers:
          type === 'A' ? [{ name, type, ttl: 60, data: ownName.test(name) ? '203.0.113.10' : addressOf(name) }] : [],
      } as never;
    },
    http: async ({ url }) => {
      if (!isUp()) throw new Error('connect ETIMEDOUT');
      return { status: isAfterStart() ? rigged.page(String(url)) : 200, headers: {}, text: '' } as never;
    },
  });
  const gate = fakeGate({ kube: async () => kube, hetzner: async () => hetzner } as unknown as Adapters);
  const options = { lab, asked, offMs: 3000, recoverMs: 120_000, grade: 'L1' as const };
  const { status, reason, invalid } = await blackStart(world, gate.context, options);
  rigged.acts.push(...gate.made.map(({ sentence }) => sentence));
  return { status, reason, verdict: verdictOf([{ id: 'D23', status, ...(invalid && { invalid }) }], undefined, true) };
}

export const onBlackStart: Stage<BlackStartWorld> = { honest: blackStartWorld, judge: run };
