import { expect, it } from 'vitest';
import { placedObjects } from '../../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import { blueprints, omantel } from '../rig.js';

it('has a folder for each of the 24, glue where a CRD is needed, and one for Flux', async () => {
  const all = await blueprints();
  const tree = renderTree(omantel(), all);
  expect(all).toHaveLength(24);
  for (const { name } of all) expect(tree.folder(name)?.path).toBe(`clusters/omantel.omani.works/${name}`);
  expect(tree.folder('bp-external-secrets-config')?.files[0]?.objects[0]?.kind).toBe('ClusterSecretStore');
  expect(tree.folder('bp-valkey-config')).toBeUndefined();
  const [source] = tree.folder('flux-system')!.files;
  expect(source?.objects[0]?.spec.url).toBe('http://gitea-http.gitea.svc.cluster.local:3000/sovereign/fleet.git');
});

it('mirrors the graph in Kustomizations', async () => {
  const tree = renderTree(omantel(), await blueprints());
  const kustomizations = tree.folder('flux-system')!.files[1]!.objects;
  const needs = (name: string) =>
    kustomizations.find((one) => one.metadata.name === name)?.spec.dependsOn?.map((one: { name: string }) => one.name);
  expect(kustomizations).toHaveLength(30);
  expect(needs('bp-cilium')).toBeUndefined();
  expect(needs('bp-external-secrets')).toEqual(['bp-openbao']);
  expect(needs('bp-external-secrets-config')).toEqual(['bp-external-secrets']);
  expect(needs('bp-cert-manager-powerdns-webhook')).toEqual([
    ...['bp-cert-manager', 'bp-powerdns-config'],
    // its Secrets stand sealed in Git
    'bp-sealed-secrets',
  ]);
  expect(needs('bp-harbor')).toEqual(['bp-cnpg', 'bp-valkey', 'bp-sealed-secrets']);
});

it('lets releases of one Blueprint wait for those alone that bring CRDs', async () => {
  const all = await blueprints();
  const needs = placedObjects(renderTree(omantel(), all), all)
    .filter(({ object }) => object.kind === 'HelmRelease' && object.spec.dependsOn)
    .map(({ object }) => [object.metadata.name, object.spec.dependsOn.map((one: { name: string }) => one.name)]);
  expect(Object.fromEntries(needs)).toEqual({
    'bp-spire': ['bp-spire-spire-crds'],
    'bp-grafana': ['bp-grafana-alloy'],
  });
});

it('leaves workloads to the checks of their Kustomization at an install, and to helm at an upgrade', async () => {
  const all = await blueprints();
  const tree = renderTree(omantel(), all);
  const releases = placedObjects(tree, all).flatMap(({ object }) => (object.kind === 'HelmRelease' ? [object] : []));
  const named = (action: 'install' | 'upgrade', waits: boolean) =>
    releases.filter(({ spec }) => !spec[action].disableWait === waits).map(({ metadata }) => metadata.name);
  expect(named('install', true)).toEqual(['bp-spire-spire-crds', 'bp-crossplane-claims']);
  expect(named('upgrade', false)).toEqual(['bp-cilium', 'bp-flux', 'bp-powerdns']);

  const kustomizations = tree.folder('flux-system')!.files[1]!.objects;
  for (const { name, workloads, releases: further } of all.filter((one) => !one.perOrganization)) {
    const own = kustomizations.find(({ metadata }) => metadata.name === name)!;
    const checked = own.spec.healthChecks.map((check: { kind: string; name: string }) => `${check.kind} ${check.name}`);
    const wanted = [...workloads, ...further.flatMap((one) => one.workloads)].map((one) => `${one.kind} ${one.name}`);
    expect(checked).toEqual(expect.arrayContaining([`HelmRelease ${name}`, ...wanted]));
  }
});

it('takes every chart from the mirror when there is one', async () => {
  const mirror = 'oci://127.0.0.1:5000/charts';
  const all = await blueprints();
  const tree = renderTree(
    omantel(() => ({ charts: { mirror, insecure: true } })),
    all,
  );
  const sources = placedObjects(tree, all).filter(({ object }) => object.kind === 'HelmRepository');
  expect(sources).toHaveLength(24);
  for (const { object } of sources) expect(object.spec).toMatchObject({ type: 'oci', url: mirror, insecure: true });
});

it('merges versions and values of the spec over ours', async () => {
  const over = {
    'bp-harbor': { version: '1.19.2', values: { database: { maxOpenConns: 7 }, trivy: { enabled: true } } },
  };
  const tree = renderTree(
    omantel(() => ({ blueprints: over })),
    await blueprints(),
  );
  const release = tree.folder('bp-harbor')!.files.find((file) => file.path.endsWith('release-harbor.yaml'))!
    .objects[0]!;
  expect(release.spec.chart.spec.version).toBe('1.19.2');
  expect(release.spec.values).toMatchObject({
    database: { maxOpenConns: 7, type: 'external' },
    trivy: { enabled: true },
  });
});

it('refuses an override of what is not one of the 24', async () => {
  const all = await blueprints();
  const sovereign = omantel(() => ({ blueprints: { 'bp-falco': { values: {} } } }));
  expect(() => renderTree(sovereign, all)).toThrowError(/out of scope/);
});

it.each<[string, string, object, RegExp]>([
  ['a text where the Blueprint has a map', 'bp-harbor', { database: 'x' }, /database is a text.*has a map/],
  ['a map where the Blueprint has a list', 'bp-gitea', { ingress: { hosts: {} } }, /hosts is a map.*has a list/],
])('refuses an override with %s', async (_, name, values, message) => {
  const all = await blueprints();
  const sovereign = omantel(() => ({ blueprints: { [name]: { values: { ...values } } } }));
  expect(() => renderTree(sovereign, all)).toThrowError(message);
});

it('removes a value with null', async () => {
  const tree = renderTree(
    omantel(() => ({ blueprints: { 'bp-harbor': { values: { database: null } } } })),
    await blueprints(),
  );
  const [release] = tree.folder('bp-harbor')!.files.find((file) => file.path.endsWith('release-harbor.yaml'))!.objects;
  expect(release!.spec.values.database).toBeNull();
});

it.each([
  ['solo', 1, 1],
  ['ha', 3, 3],
] as const)('has the replicas of the profile %s', async (profile, nats, postgres) => {
  const tree = renderTree(
    omantel(() => ({ profile })),
    await blueprints(),
  );
  const objects = (name: string) => tree.folder(name)!.files.flatMap((file) => file.objects);
  const release = objects('bp-nats-jetstream').find(({ kind }) => kind === 'HelmRelease')!;
  expect(release.spec.values.config.cluster.replicas ?? 1).toBe(nats);
  expect(objects('bp-gitea').find(({ kind }) => kind === 'Cluster')!.spec.instances).toBe(postgres);
});

it('refuses privileged containers of every sort that a Pod of an Organization may have', async () => {
  const all = await blueprints();
  const policy = placedObjects(renderTree(omantel(), all), all).find(
    ({ object }) => object.kind === 'ClusterPolicy' && object.metadata.name === 'disallow-privileged',
  );
  const refused = [{ '=(securityContext)': { '=(privileged)': 'false' } }];
  expect(policy?.object.spec.rules[0].validate.pattern.spec).toEqual({
    '=(initContainers)': refused,
    '=(ephemeralContainers)': refused,
    containers: refused,
  });
});
