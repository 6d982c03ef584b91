/**
 * D22 on a Sovereign in memory. What blocks, looks, exercises and judges is the real thing; how policies and CoreDNS are obeyed is the lab's
 * own network, whose internet is a table here.
 */
import { egressTo, reachesResolver } from '../../../lab/src/controllers/network/egress.js';
import type { Kube, KubeObject, KubeWriter } from '../../../src/kubernetes/client/kube.js';
import type { Grade } from '../../../src/scans/grade.js';
import { verdictOf } from '../../../src/verification/dod/item.js';
import { type CanaryLook, outsideResolvers } from '../../../src/verification/experiment/egress/canaries.js';
import type { EgressSeen } from '../../../src/verification/experiment/egress/judge-egress.js';
import { provenBy } from '../../../src/verification/experiment/egress/judge-egress.js';
import { blockEgress } from '../../../src/verification/experiment/egress-block.js';
import { fakeGate, omantel } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';
import { type MemoryCluster, memoryCluster } from '../../unit/handover/rig.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Judgement, Stage } from '../rigged-world.js';

const fqdn = 'omantel.omani.works';
export const policyKey = 'CiliumClusterwideNetworkPolicy /catalyst-egress-block';
const source = 'source.toolkit.fluxcd.io/v1';
const node = '203.0.113.10';

export interface EgressWorld {
  own: MemoryCluster;
  /** Addresses by name, as the world outside resolves them. */
  internet: Map<string, string>;
  /** Addresses at which nothing answers. */
  silent: Set<string>;
  /** Answers to a Pod whatever the policy says, by name: somebody stands in between. */
  answers: Set<string>;
  /** Every write, before it is done; throwing refuses it. */
  before: (verb: string, object: KubeObject) => void;
  /** Every write, when it is done. */
  written: (verb: string, object: KubeObject) => void;
  /** What a Pod sees, to be changed in place. */
  looked: (look: CanaryLook, blocked: boolean) => void;
  possible: Grade;
  asked: Grade;
}

const host = (url: string) => new URL(url.replace(/^oci:/, 'https:')).hostname;

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'catalyst-api', namespace: 'catalyst-system' },
  spec: { template: { spec: { containers: [{ image: `registry.${fqdn}/api:1` }] } } },
};
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

/** A release whose chart is OpenOva's: a window of L2 does not let its source out. */
export function addOpenovaRelease({ own }: EgressWorld): void {
  const release = structuredClone(own.objects.get('HelmRelease flux-system/bp-harbor')!);
  release.metadata.name = 'bp-openova';
  release.spec.chart.spec.sourceRef.name = 'openova';
  own.objects.set('HelmRelease flux-system/bp-openova', release);
}

function sovereignCluster(): KubeObject[] {
  const at = (name: string) => ({ namespace: 'flux-system', name, generation: 1 });
  const repository = (name: string, url: string): KubeObject => ({
    apiVersion: source,
    kind: 'HelmRepository',
    metadata: at(name),
    spec: { type: 'oci', url },
  });
  const release = (name: string, from: string): KubeObject => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: at(name),
    spec: { chart: { spec: { chart: name, version: '1.0.0', sourceRef: { kind: 'HelmRepository', name: from } } } },
    status: { observedGeneration: 1, ...ready },
  });
  return [
    deployment,
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'cp1' },
      status: { addresses: [{ type: 'ExternalIP', address: node }] },
    },
    {
      apiVersion: source,
      kind: 'GitRepository',
      metadata: at('flux-system'),
      spec: { url: 'http://gitea-http.gitea.svc.cluster.local:3000/sovereign/fleet.git' },
      status: { observedGeneration: 1, ...ready },
    },
    repository('public', 'oci://quay.io/charts'),
    repository('openova', 'oci://registry.example/openova-io/charts'),
    release('bp-harbor', 'public'),
  ];
}

function egressWorld(): EgressWorld {
  const own = memoryCluster(sovereignCluster());
  return {
    own,
    internet: new Map([
      ['console.openova.io', '192.0.2.10'],
      ['ip.hetzner.com', '192.0.2.30'],
      ['quay.io', '192.0.2.40'],
      ['ghcr.io', '192.0.2.41'],
      ['registry.example', '192.0.2.42'],
      [`console.${fqdn}`, '203.0.113.20'],
    ]),
    silent: new Set(),
    answers: new Set(),
    before: () => undefined,
    written: () => undefined,
    looked: () => undefined,
    possible: 'L1',
    asked: 'L1',
  };
}

/** The network of the cluster as a Pod feels it. */
function networkOf({ own, internet, silent }: EgressWorld): Parameters<typeof egressTo>[0] {
  const resolvers: readonly string[] = outsideResolvers;
  const stands = new Set([...internet.values(), ...resolvers]);
  return {
    store: {
      list: () => [...own.objects.values()].filter(({ kind }) => kind === 'CiliumClusterwideNetworkPolicy'),
      get: (kind: string, namespace: string, name: string) =>
        own.objects.get(`${kind.split('/').at(-1)} ${namespace ?? ''}/${name}`),
    },
    world: {
      outside: {
        resolve: async (name: string) => [internet.get(name) ?? []].flat(),
        arrive: (address: string) => (stands.has(address) && !silent.has(address) ? 443 : 'dropped'),
      },
    },
  } as unknown as Parameters<typeof egressTo>[0];
}

async function lookFrom(world: EgressWorld, env: Record<string, string>): Promise<CanaryLook> {
  const lab = networkOf(world);
  const look: CanaryLook = { hosts: {}, resolvers: {} };
  for (const target of (env.TARGETS ?? '').split(' ')) {
    const [name = '', known = ''] = target.split('=');
    const { addresses, place } = name.endsWith('.svc') ? { addresses: [], place: {} } : await egressTo(lab, name, 443);
    const direct = known === '' ? {} : { direct: (await egressTo(lab, known, 443)).place !== undefined };
    look.hosts[name] = { addresses, reached: place !== undefined || world.answers.has(name), ...direct };
  }
  for (const server of (env.RESOLVERS ?? '').split(' ')) look.resolvers[server] = reachesResolver(lab, server);
  world.looked(look, world.own.objects.has(policyKey));
  return look;
}

/** Controllers: Jobs end with their word, Flux handles requests, source-controller pulls charts as far as it gets. */
async function control(world: EgressWorld, object: KubeObject): Promise<void> {
  const { own } = world;
  const key = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const now = own.objects.get(key);
  if (!now) return;
  const put = (more: object) => own.objects.set(key, { ...now, ...more } as KubeObject);
  if (object.kind === 'Job' && object.metadata.name === 'probe-egress-canaries') {
    const [container] = object.spec.template.spec.containers as { env: { name: string; value: string }[] }[];
    const env = Object.fromEntries(container!.env.map(({ name, value }) => [name, value]));
    const message = JSON.stringify(await lookFrom(world, env));
    put({ status: { succeeded: 1 } });
    own.objects.set('Pod catalyst-probes/probe', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe', namespace: 'catalyst-probes', labels: object.metadata.labels },
      status: { containerStatuses: [{ state: { terminated: { exitCode: 0, message } } }] },
    });
  } else if (object.kind === 'Job')
    put({
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, 'catalyst.openova.io/armed': 'true' } },
    });
  else if (object.kind === 'HelmChart') {
    const from = own.objects.get(`HelmRepository flux-system/${object.spec.sourceRef.name}`)!;
    const { place } = await egressTo(networkOf(world), host(from.spec.url), 443);
    const told = (status: string, message: string) => ({ conditions: [{ type: 'Ready', status, message }] });
    put({
      status: place ? { ...told('True', 'pulled'), artifact: { digest: 'sha256:1' } } : told('False', 'no such host'),
    });
  } else {
    const requested = now.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
    if (requested) put({ status: { ...now.status, lastHandledReconcileAt: requested } });
  }
}

/** The cluster, watched and obeyed. */
function rigged(world: EgressWorld): Kube & KubeWriter {
  const { kube } = world.own;
  const after = async (verb: string, objects: readonly KubeObject[]) => {
    for (const object of objects) {
      await control(world, object);
      world.written(verb, object);
    }
  };
  return {
    ...kube,
    async apply(objects, options) {
      for (const object of objects) world.before('apply', object);
      const made = await kube.apply(objects, options);
      await after('apply', objects);
      return made;
    },
    async patch(ref, patch) {
      const object = await kube.patch(ref, patch);
      await after('patch', [object]);
      return object;
    },
  };
}

export interface EgressRun extends Judgement {
  evidence: EgressSeen;
}

export async function runEgress(world: EgressWorld): Promise<EgressRun> {
  const kube = rigged(world);
  const sovereign = omantel({}, { independence: { grade: world.asked } });
  const { world: made } = await fakeWorld({
    sovereign,
    cluster: kube,
    clock: hurriedClock(),
    dns: async ({ name, type }) => {
      const found = world.internet.get(name);
      const answers = type === 'A' && found ? [{ name, type, ttl: 300, data: found }] : [];
      return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [] };
    },
  });
  const { context } = fakeGate({ kube: async () => kube } as never);
  const possible = { grade: world.possible, blockers: [] };
  const answer = await blockEgress(made, context, { windowMs: 10_000, lab: true, possible });
  const evidence = answer.evidence as EgressSeen;
  return {
    ...answer,
    evidence,
    verdict: verdictOf([{ id: 'D22', ...answer }], undefined, true),
    grade: provenBy(evidence, { sovereign, lab: true }).grade ?? 'none',
  };
}

export const onEgress: Stage<EgressWorld> = { honest: egressWorld, judge: runEgress };
