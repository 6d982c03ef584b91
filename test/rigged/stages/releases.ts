/** A Sovereign on which every release is Ready at its pin, recorded by Helm and rolled out; time passes only by sleeping. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { type Release, releasesOf } from '../../../src/blueprints/catalog/releases.js';
import { chartLock } from '../../../src/blueprints/charts/chart-lock.js';
import { variablesOf } from '../../../src/blueprints/render/variables.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { sha256 } from '../../../src/support/hash.js';
import { toYamlStream } from '../../../src/support/yaml/write-yaml.js';
import { releasesLive } from '../../../src/verification/dod/checks/releases-live.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import type { World } from '../../../src/world/world.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface ReleasesWorld {
  world: World;
  cluster: FakeKube;
  slept: number[];
  clock: World['clock'];
  /** The object there, to be changed in place; throws when there is none. */
  at(key: string): KubeObject;
  /** Puts a HelmRelease, Ready. */
  release(name: string, version: string, more?: { namespace?: string; chart?: string }): void;
  /** Puts Helm's record of a release. */
  record(about: { namespace: string; name: string; chart: string; version: string; objects?: KubeObject[] }): void;
  /** Puts the HelmChart that says which archive a release runs. */
  archive(release: string, digest: string): void;
  check(more?: Partial<Scope>): ReturnType<typeof releasesLive>;
}

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

/** What a chart renders for a workload: two replicas, so that one that lost one shows. */
function rendered({ kind, namespace, name }: Release['workloads'][number]): KubeObject {
  const spec = { ...(kind === 'DaemonSet' ? {} : { replicas: 2 }), template: { spec: { containers: [] } } };
  return { apiVersion: 'apps/v1', kind, metadata: { namespace, name }, spec };
}

function rolledOut(object: KubeObject): KubeObject {
  const { replicas = 1 } = object.spec;
  const status =
    object.kind === 'DaemonSet'
      ? { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 }
      : { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  const metadata = { ...object.metadata, generation: 1 };
  return structuredClone({ ...object, metadata, status: { observedGeneration: 1, ...status } });
}

export async function releasesWorld(kind: 'real' | 'lab' = 'real'): Promise<ReleasesWorld> {
  const cluster = fakeKube();
  const slept: number[] = [];
  let now = 0;
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const { world } = await fakeWorld({ cluster, clock });
  const stateDir = mkdtempSync(join(tmpdir(), 'releases-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  Object.assign(world, { stateDir, identity: async () => ({ kind }) });
  const rig: ReleasesWorld = {
    ...{ world, cluster, slept, clock },
    at: (key) => cluster.objects.get(key) ?? missing(key),
    release(name, chartVersion, { namespace = 'flux-system', chart = name } = {}) {
      cluster.put({
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { namespace, name, generation: 1 },
        spec: { chart: { spec: { chart, version: chartVersion } } },
        status: { observedGeneration: 1, ...ready, history: [{ chartVersion, digest: 'sha256:of-the-record' }] },
      });
    },
    record: ({ namespace, name, chart, version, objects = [] }) => {
      const text = {
        name,
        namespace,
        version: 1,
        info: { status: 'deployed' },
        chart: { metadata: { name: chart, version } },
      };
      const packed = gzipSync(JSON.stringify({ ...text, manifest: toYamlStream(objects) })).toString('base64');
      cluster.put({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace, name: `sh.helm.release.v1.${name}.v1`, labels: { owner: 'helm', name, version: '1' } },
        data: { release: Buffer.from(packed).toString('base64') },
      });
    },
    archive: (release, digest) =>
      cluster.put({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'HelmChart',
        metadata: { namespace: 'flux-system', name: `flux-system-${release}` },
        status: { artifact: { digest } },
      }),
    check: (more = {}) => releasesLive({ world, context: fakeContext(world).context, ...more } as unknown as Scope),
  };
  await install(rig);
  return rig;
}

function missing(key: string): never {
  throw new Error(`there is no ${key}`);
}

async function install({ world, cluster, release: putRelease, record, archive }: ReleasesWorld): Promise<void> {
  const { blueprints, sovereign, stateDir, clock } = world;
  const lock = chartLock(stateDir, clock.now);
  for (const blueprint of blueprints)
    for (const release of releasesOf(blueprint, sovereign, variablesOf(sovereign))) {
      const { name, releaseName, namespace, chart } = release;
      const objects = release.workloads.map(rendered);
      const digest = chart.digest ?? `sha256:${sha256(chart.name)}`;
      if (chart.digest === undefined) lock.record(chart, digest, chart.source);
      putRelease(name, chart.version, { chart: chart.name });
      archive(name, digest);
      record({ namespace, name: releaseName, chart: chart.name, version: chart.version, objects });
      for (const object of objects) cluster.put(rolledOut(object));
    }
  const tree = (await world.tree()).folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  for (const object of tree.filter(({ apiVersion }) => apiVersion === 'apps/v1')) cluster.put(rolledOut(object));
}

/** D1 on it. */
export const onReleases: Stage<ReleasesWorld> = { honest: () => releasesWorld(), judge: ({ check }) => check() };
