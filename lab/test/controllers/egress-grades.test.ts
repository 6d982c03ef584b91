/**
 * Windows of D22 above L1 on a cluster of the lab: its API server, its Flux with a chart registry, its Jobs, its policies. What denies, looks,
 * pulls and judges is the product's.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packChart } from '../../../src/blueprints/charts/archive.js';
import type { Kube, KubeObject, KubeRef, KubeWriter } from '../../../src/kubernetes/client/kube.js';
import type { Grade } from '../../../src/scans/grade.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { outsideResolvers } from '../../../src/verification/experiment/egress/canaries.js';
import type { EgressSeen } from '../../../src/verification/experiment/egress/judge-egress.js';
import { blockEgress } from '../../../src/verification/experiment/egress-block.js';
import { namesRef, policyRef } from '../../../src/verification/experiment/egress-objects.js';
import { fakeGate, omantel } from '../../../test/fakes/fake-world.js';
import { hurriedClock } from '../../../test/fakes/hurried-clock.js';
import { fakeWorld } from '../../../test/unit/walk/rig.js';
import { crd } from '../../src/controllers/crd.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type Registry, startRegistry } from '../../src/servers/registry/server.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';

const fqdn = 'omantel.omani.works';
const internet: Readonly<Record<string, string>> = {
  'console.openova.io': '192.0.2.10',
  'ip.hetzner.com': '192.0.2.30',
  'quay.io': '192.0.2.40',
  'registry.example': '192.0.2.42',
  [`console.${fqdn}`]: '203.0.113.10',
};
const stands: readonly string[] = [...Object.values(internet), ...outsideResolvers];
const kinds = [
  crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'Namespaced', { plural: 'helmreleases' }),
  ...(['HelmRepository', 'HelmChart', 'GitRepository', 'OCIRepository'] as const).map((kind) =>
    crd('source.toolkit.fluxcd.io', 'v1', kind, 'Namespaced', {
      plural: kind.toLowerCase().replace(/y$/, 'ie').concat('s'),
    }),
  ),
  crd('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'Namespaced', { plural: 'kustomizations' }),
  crd('cilium.io', 'v2', 'CiliumClusterwideNetworkPolicy', 'Cluster', { plural: 'ciliumclusterwidenetworkpolicies' }),
];

const inFlux = (apiVersion: string, kind: string, name: string, spec: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name, namespace: 'flux-system' }, spec },
});
const repository = (name: string, url: string) =>
  inFlux('source.toolkit.fluxcd.io/v1', 'HelmRepository', name, { type: 'oci', url, insecure: true });
const release = (name: string, from: string) =>
  inFlux('helm.toolkit.fluxcd.io/v2', 'HelmRelease', name, {
    ...{ releaseName: name, targetNamespace: 'demo' },
    chart: { spec: { chart: 'demo', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: from } } },
  });
const isReady = (object: KubeObject | undefined) =>
  (object?.status?.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
  );

/** The product's Kube on the lab's API server. A chart that its source refuses is not waited for. */
function kubeOn(lab: Cluster): Kube & KubeWriter {
  const { kube } = lab;
  const each = async <T>(objects: readonly KubeObject[], make: (object: KubeObject) => Promise<T>) => {
    const made: T[] = [];
    for (const object of objects) made.push(await make(object));
    return made;
  };
  return {
    server: kube.server,
    get: (ref: KubeRef) => kube.get(ref),
    list: kube.list.bind(kube),
    raw: kube.raw.bind(kube),
    review: async () => ({ allowed: true }),
    apply: (objects: readonly KubeObject[]) => each(objects, (object) => kube.apply(object)),
    create: (object: KubeObject) => kube.create(object),
    patch: (ref: KubeRef, patch: Record<string, unknown>) => kube.patch(ref, patch),
    delete: (ref: KubeRef) => kube.delete(ref),
    async waitFor<T>(ref: KubeRef, { look, reason }: Parameters<Kube['waitFor']>[1]): Promise<T> {
      let outcome: { done: T } | { error: unknown } | undefined;
      await lab.until(ref, (object) => {
        try {
          const seen = look(object) as { done: T } | { pending: string };
          if ('done' in seen) outcome = seen;
          else if (ref.kind === 'HelmChart' && object?.status?.conditions?.[0]?.status === 'False')
            outcome = { error: new Error(`${reason}: ${seen.pending}`) };
        } catch (error) {
          outcome = { error };
        }
        return outcome !== undefined;
      });
      if (outcome && 'done' in outcome) return outcome.done;
      throw outcome?.error;
    },
  } as unknown as Kube & KubeWriter;
}

describe('D22 on a cluster of the lab', () => {
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
  let folder: string;
  let registries: Record<'public' | 'openova', Registry>;
  let lab: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grades-'));
    const tgz = await packChart('demo', [
      { path: 'Chart.yaml', text: 'apiVersion: v2\nname: demo\nversion: 1.2.3\n' },
      { path: 'templates/a.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-a}\n' },
    ]);
    const tools = { log: createRequestLog(), faults: createFaults() };
    const charts = [{ name: 'demo', version: '1.2.3', tgz }];
    const start = (path: string) => startRegistry({ ...tools, folder: path, charts });
    registries = { public: await start('charts'), openova: await start('openova-io/charts') };
    await begin();
  }, 180_000);
  afterAll(async () => {
    await lab?.close();
    for (const one of Object.values(registries)) await one.close();
    await rm(folder, { recursive: true, force: true });
  });
  async function begin(): Promise<void> {
    lab = await cluster({
      ...{ fqdn, helm: () => binaries.path('helm') },
      outside: {
        resolve: async (name) => [internet[name] ?? []].flat(),
        arrive(address) {
          if (!stands.includes(address)) return 'dropped';
          return registries[address === internet['registry.example'] ? 'openova' : 'public'].port;
        },
      },
    });
    const api = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst-system', name: 'catalyst-api' };
    for (const object of [
      ...[node(), ...['flux-system', 'demo', 'catalyst-system'].map(namespace), ...kinds, cilium],
      ...['source-controller', 'helm-controller'].map((name) => workload('Deployment', 'flux-system', name)),
      workload('Deployment', api.namespace, api.name),
      repository('public', 'oci://quay.io/charts'),
      release('demo', 'public'),
    ])
      await lab.kube.apply(object);
    await installed('demo');
  }

  const installed = (name: string) =>
    lab.until({ apiVersion: release('', '').apiVersion, kind: 'HelmRelease', namespace: 'flux-system', name }, isReady);

  async function block(possible: Grade, asked: Grade = 'L1') {
    const kube = kubeOn(lab);
    const { world } = await fakeWorld({
      ...{ sovereign: omantel({}, { independence: { grade: asked } }), cluster: kube, clock: hurriedClock() },
      dns: async ({ name, type }) => {
        const found = internet[name];
        const answers = type === 'A' && found ? [{ name, type, ttl: 300, data: found }] : [];
        return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [] };
      },
    });
    const { context } = fakeGate({ kube: async () => kube } as never);
    const answer = await blockEgress(world, context, {
      ...{ windowMs: 10_000, lab: true, possible: { grade: possible, blockers: [] } },
    });
    return { ...answer, windows: (answer.evidence as EgressSeen).windows };
  }

  it('a window of L3 denies the public source of a chart, and fails for it; one of L2 proves L2', async () => {
    const { status, reason, windows } = await block('L3');
    expect(windows.map(({ grade, broken }) => ({ grade, broken }))).toEqual([
      { grade: 'L3', broken: [] },
      { grade: 'L2', broken: [] },
    ]);
    expect({ status, reason }).toEqual({
      status: 'pass',
      reason: expect.stringMatching(/^L2: .*L3 was tried and not proven: HelmRelease flux-system\/demo: /),
    });
    const [l3, l2] = windows;
    expect(l3!.allowed.some(({ as }) => as === 'source')).toBe(false);
    expect(l3!.during?.hosts['quay.io'] ?? { reached: false }).toMatchObject({ reached: false });
    expect(l2!.during?.hosts['quay.io']).toMatchObject({ reached: true });
    expect(l2!.during?.hosts['console.openova.io']).toMatchObject({ reached: false, addresses: [] });
    expect(l2!.charts).toEqual([{ what: 'HelmRelease flux-system/demo', ok: true, told: expect.any(String) }]);
    // and everything is open again
    expect(await lab.kube.get(policyRef)).toBeUndefined();
    expect(JSON.stringify((await lab.kube.get(namesRef))?.data ?? {})).toBe('{}');
  }, 120_000);

  it("a window of L2 denies OpenOva's charts: it lowers the grade, and fails where the spec asks for L2", async () => {
    await lab.kube.apply(repository('openova', 'oci://registry.example/openova-io/charts'));
    await lab.kube.apply(release('openova-demo', 'openova'));
    await installed('openova-demo');
    const { status, reason, windows } = await block('L2', 'L2');
    expect(windows.map(({ grade }) => grade)).toEqual(['L2', 'L1']);
    expect({ status, reason }).toEqual({
      status: 'fail',
      reason: expect.stringMatching(/the spec asks for L2, and L1 was proven: HelmRelease flux-system\/openova-demo/),
    });
  }, 120_000);
});
