import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packChart } from '../../../src/blueprints/charts/archive.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { crd } from '../../src/controllers/crd.js';
import { createFaults } from '../../src/requests/faults.js';
import { type LabServer, serve } from '../../src/requests/http-server.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { createGitea, type Gitea } from '../../src/servers/git/gitea.js';
import { type Registry, startRegistry } from '../../src/servers/registry/server.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';

const FILES = {
  'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: "9"\n',
  'values.yaml': 'word: none\nsecond: true\n',
  'crds/things.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.demo.test}\nspec: {group: demo.test, scope: Namespaced, names: {kind: Thing, plural: things}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n',
  'templates/all.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-words}
data: {word: {{ .Values.word | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: 1
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec: {containers: [{name: demo, image: "demo:{{ .Chart.AppVersion }}"}]}
{{- if .Values.second }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-second}
{{- end }}
`,
};

const flux = (name: string) => workload('Deployment', 'flux-system', name);
const CRDS = [
  crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'Namespaced', { plural: 'helmreleases' }),
  crd('source.toolkit.fluxcd.io', 'v1', 'HelmRepository', 'Namespaced', { plural: 'helmrepositories' }),
  crd('source.toolkit.fluxcd.io', 'v1', 'HelmChart', 'Namespaced', { plural: 'helmcharts' }),
  crd('cilium.io', 'v2', 'CiliumClusterwideNetworkPolicy', 'Cluster', { plural: 'ciliumclusterwidenetworkpolicies' }),
  crd('source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'Namespaced', { plural: 'gitrepositories' }),
  crd('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'Namespaced', { plural: 'kustomizations' }),
];
const RELEASE = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  namespace: 'flux-system',
  name: 'demo',
};
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'demo-words' };

const isReady = (object: KubeObject | undefined): boolean =>
  object?.status?.observedGeneration === object?.metadata.generation &&
  object?.status?.conditions?.some(
    (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
  );
const reasonOf = (object: KubeObject | undefined): string =>
  object?.status?.conditions?.find((one: { type: string }) => one.type === 'Ready')?.reason ?? '';

describe('emulated Flux', () => {
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
  let folder: string;
  let registry: Registry;
  let gitea: Gitea;
  let git: LabServer;
  let lab: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flux-'));
    const files = Object.entries(FILES).map(([path, text]) => ({ path, text }));
    const tgz = await packChart('demo', files);
    const tools = { log: createRequestLog(), faults: createFaults() };
    registry = await startRegistry({ ...tools, folder: 'charts', charts: [{ name: 'demo', version: '1.2.3', tgz }] });
    gitea = createGitea({ directory: join(folder, 'git'), admin: async () => undefined });
    git = await serve({ name: 'git', ...tools, handler: gitea.handler });
  });
  afterAll(async () => {
    await registry.close();
    await git.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    lab = await cluster({ helm: () => binaries.path('helm') });
    for (const object of [node(), namespace('flux-system'), namespace('demo'), ...CRDS]) await lab.kube.apply(object);
  });
  afterEach(() => lab.close());

  const startFlux = async () => {
    await lab.kube.apply(cilium);
    for (const name of ['source-controller', 'helm-controller', 'kustomize-controller'])
      await lab.kube.apply(flux(name));
  };
  const repository = (): KubeObject => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name: 'charts', namespace: 'flux-system' },
    spec: { type: 'oci', url: `oci://127.0.0.1:${registry.port}/charts`, insecure: true },
  });
  const release = (spec: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: RELEASE.apiVersion,
    kind: RELEASE.kind,
    metadata: { name: 'demo', namespace: 'flux-system' },
    spec: {
      releaseName: 'demo',
      targetNamespace: 'demo',
      chart: { spec: { chart: 'demo', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
      values: { word: 'one' },
      ...spec,
    },
  });

  it('pulls a chart again for a HelmChart of its own, past what a release has kept, and only as far as policies let it', async () => {
    await startFlux();
    await lab.kube.apply(repository());
    await lab.kube.apply(release());
    await lab.until(RELEASE, isReady);
    const denied = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumClusterwideNetworkPolicy',
      metadata: { name: 'block' },
      spec: { endpointSelector: {}, egressDeny: [{ toCIDRSet: [{ cidr: '0.0.0.0/0' }] }] },
    };
    await lab.kube.apply(denied);
    const chart = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace: 'flux-system', name: 'x' };
    await lab.kube.apply({
      ...{ apiVersion: chart.apiVersion, kind: chart.kind, metadata: { name: 'x', namespace: 'flux-system' } },
      spec: { chart: 'demo', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: 'charts' } },
    });
    await lab.until(chart, (object) => reasonOf(object) === 'ChartPullError');
    expect(isReady(await lab.kube.get(RELEASE))).toBe(true);
    await lab.kube.delete({ apiVersion: denied.apiVersion, kind: denied.kind, name: 'block' });
    const pulled = await lab.until(chart, isReady);
    expect(pulled.status.artifact.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('does nothing until its own Deployments run, then installs, upgrades, prunes and uninstalls', async () => {
    await lab.kube.apply(repository());
    await lab.kube.apply(release());
    expect((await lab.kube.get(RELEASE))?.status).toBeUndefined();
    await startFlux();
    const installed = await lab.until(RELEASE, isReady);
    expect(installed.status.history[0]).toMatchObject({
      chartName: 'demo',
      chartVersion: '1.2.3',
      status: 'deployed',
      version: 1,
    });
    expect(installed.status.history[0].digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await lab.kube.get(MAP))?.data).toEqual({ word: 'one' });
    expect(
      await lab.kube.get({
        apiVersion: CRDS[0]!.apiVersion,
        kind: 'CustomResourceDefinition',
        name: 'things.demo.test',
      }),
    ).toBeDefined();

    await lab.kube.apply(release({ values: { word: 'two', second: false } }));
    const upgraded = await lab.until(RELEASE, (object) => isReady(object) && object?.status.history[0].version === 2);
    expect(reasonOf(upgraded)).toBe('UpgradeSucceeded');
    expect((await lab.kube.get(MAP))?.data).toEqual({ word: 'two' });
    expect(await lab.kube.get({ ...MAP, name: 'demo-second' })).toBeUndefined();

    await lab.kube.delete(RELEASE);
    await lab.until(RELEASE, (object) => object === undefined);
    expect(await lab.kube.get(MAP)).toBeUndefined();
  });

  it('waits for dependencies and for values that are not there, and says what is missing', async () => {
    await startFlux();
    await lab.kube.apply(repository());
    const valuesFrom = [{ kind: 'Secret', name: 'word', valuesKey: 'values.yaml' }];
    await lab.kube.apply(release({ values: {}, valuesFrom, dependsOn: [{ name: 'base' }] }));
    await lab.until(RELEASE, (object) => reasonOf(object) === 'DependencyNotReady');
    await lab.kube.apply({ ...release({ releaseName: 'base' }), metadata: { name: 'base', namespace: 'flux-system' } });
    await lab.until(RELEASE, (object) => reasonOf(object) === 'ValuesError');
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'word', namespace: 'flux-system' },
      stringData: { 'values.yaml': 'word: kept' },
    });
    await lab.until(RELEASE, isReady);
    expect((await lab.kube.get(MAP))?.data).toEqual({ word: 'kept' });
  });

  it('applies a path of a Git repository at its exact revision and follows the next commit', async () => {
    await startFlux();
    const place = { owner: 'sovereign', name: 'tree', private: false, description: '', defaultBranch: 'main' };
    gitea.accounts.addOrganization('sovereign');
    const kept = gitea.repositories.find('sovereign', 'tree') ?? (await gitea.repositories.create(place));
    const map = (name: string, word: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: demo}\ndata: {word: ${word}}\n`;
    const write = (files: Map<string, string>) =>
      gitea.repositories.writeAll(kept, 'main', files, 'change', 'sovereign');
    const first = await write(
      new Map([
        ['apps/a.yaml', map('a', 'one')],
        ['apps/b.yaml', map('b', 'one')],
      ]),
    );
    await lab.kube.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'tree', namespace: 'flux-system' },
      spec: { url: `${git.endpoint}/sovereign/tree.git`, interval: '1s', ref: { branch: 'main' } },
    });
    await lab.kube.apply({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: {
        path: './apps',
        prune: true,
        wait: true,
        interval: '1m',
        sourceRef: { kind: 'GitRepository', name: 'tree' },
      },
    });
    const apps = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'flux-system',
      name: 'apps',
    };
    await lab.until(apps, (object) => isReady(object) && object?.status.lastAppliedRevision === `main@sha1:${first}`);
    expect((await lab.kube.get({ ...MAP, name: 'b' }))?.data).toEqual({ word: 'one' });
    // the lab's writer only makes first commits: the branch begins anew
    await exec({
      file: 'git',
      args: ['--git-dir', join(folder, 'git', 'sovereign', 'tree.git'), 'update-ref', '-d', 'refs/heads/main'],
    });
    const second = await write(new Map([['apps/a.yaml', map('a', 'two')]]));
    await lab.until(apps, (object) => isReady(object) && object?.status.lastAppliedRevision === `main@sha1:${second}`);
    expect((await lab.kube.get({ ...MAP, name: 'a' }))?.data).toEqual({ word: 'two' });
    expect(await lab.kube.get({ ...MAP, name: 'b' })).toBeUndefined();
  });

  it('replaces a Job that bears the force annotation, and fails on one that does not', async () => {
    await startFlux();
    const place = { owner: 'sovereign', name: 'jobs', private: false, description: '', defaultBranch: 'main' };
    gitea.accounts.addOrganization('sovereign');
    const kept = await gitea.repositories.create(place);
    const commit = async (tag: string, annotations: string) => {
      const job = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: once, namespace: demo, annotations: ${annotations}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "demo:${tag}"}]}}}\n`;
      const ref = ['--git-dir', join(folder, 'git', 'sovereign', 'jobs.git'), 'update-ref', '-d', 'refs/heads/main'];
      await exec({ file: 'git', args: ref, okCodes: [0, 1, 128] });
      return gitea.repositories.writeAll(kept, 'main', new Map([['jobs/a.yaml', job]]), tag, 'sovereign');
    };
    await commit('1', '{}');
    await lab.kube.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'jobs', namespace: 'flux-system' },
      spec: { url: `${git.endpoint}/sovereign/jobs.git`, interval: '1s', ref: { branch: 'main' } },
    });
    const sourceRef = { kind: 'GitRepository', name: 'jobs' };
    const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system' };
    await lab.kube.apply({
      ...{ apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: 'jobs', namespace: 'flux-system' } },
      spec: { path: './jobs', prune: true, interval: '1m', sourceRef },
    });
    const once = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'demo', name: 'once' };
    const image = (object: KubeObject | undefined) => object?.spec?.template?.spec?.containers?.[0]?.image;
    const { metadata } = await lab.until(once, (object) => image(object) === 'demo:1');
    await commit('2', '{}');
    const failed = await lab.until({ ...ref, name: 'jobs' }, (object) => reasonOf(object) === 'ReconciliationFailed');
    expect(JSON.stringify(failed.status)).toContain('field is immutable');
    await commit('3', '{kustomize.toolkit.fluxcd.io/force: enabled}');
    const replaced = await lab.until(once, (object) => image(object) === 'demo:3');
    expect(replaced.metadata.uid).not.toBe(metadata.uid);
  });
});
