import { expect, it } from 'vitest';
import { placedObjects } from '../../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import { sha256 } from '../../../../src/support/hash.js';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
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
  expect(kustomizations).toHaveLength(32);
  expect(needs('bp-cilium')).toBeUndefined();
  expect(needs('bp-external-secrets')).toEqual(['bp-openbao-config']);
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

it('takes every chart from the mirror when there is one, but those that it has itself', async () => {
  const mirror = 'oci://127.0.0.1:5000/charts';
  const all = await blueprints();
  const tree = renderTree(
    omantel(() => ({ charts: { mirror, insecure: true } })),
    all,
  );
  const sources = placedObjects(tree, all).filter(({ object }) => object.kind === 'HelmRepository');
  expect(sources).toHaveLength(24);
  const own = new Set(all.filter(({ ownChart }) => ownChart).map(({ name }) => name as string));
  expect(own.size).toBe(2);
  for (const { object, blueprint } of sources)
    expect(object.spec).toMatchObject(
      own.has(blueprint)
        ? { url: expect.stringMatching(/^http:\/\/chart-[a-z-]+\.flux-system\.svc\.cluster\.local\/[0-9a-f]{12}$/) }
        : { type: 'oci', url: mirror, insecure: true },
    );
});

it('has the archives of our own charts, with an index that names them as the HelmReleases do', async () => {
  const tree = renderTree(omantel(), await blueprints());
  for (const name of ['bp-crossplane-claims', 'bp-catalyst-platform']) {
    const objects = tree.folder(name)!.files.flatMap((file) => file.objects);
    const find = (kind: string) => objects.find((object) => object.kind === kind)!;
    const { chart, version } = find('HelmRelease').spec.chart.spec;
    // upstream publishes bp-*: one must never be taken for the other
    expect(chart).toMatch(/^catalyst-cli-/);
    const { data, binaryData } = find('ConfigMap') as unknown as Record<string, Record<string, string>>;
    const [index] = parseYamlStream(data!['index.yaml']!) as [{ entries: Record<string, Record<string, unknown>[]> }];
    const [entry] = index.entries[chart]!;
    const tgz = Buffer.from(binaryData![`${entry!['urls']}`]!, 'base64');
    expect(entry).toMatchObject({ name: chart, version, digest: sha256(tgz) });
    expect(find('HelmRepository').spec.url).toContain(`/${sha256(tgz).slice(0, 12)}`);
    const [item] = find('Deployment').spec.template.spec.volumes[0].configMap.items;
    expect(new URL(`${find('HelmRepository').spec.url}/index.yaml`).pathname).toBe(`/${item.path}`);
  }
});

it('takes the charts of a Blueprint from where the spec says, before the mirror and the tree', async () => {
  const source = 'oci://registry.example.org/charts';
  const sovereign = omantel(() => ({
    charts: { mirror: 'oci://127.0.0.1:5000/charts', insecure: true },
    blueprints: { 'bp-crossplane-claims': { source }, 'bp-spire': { source } },
  }));
  const tree = renderTree(sovereign, await blueprints());
  for (const name of ['bp-crossplane-claims', 'bp-spire']) {
    const objects = tree.folder(name)!.files.flatMap((file) => file.objects);
    const sources = objects.filter(({ kind }) => kind === 'HelmRepository');
    expect(sources.map(({ spec }) => spec)).toEqual([{ interval: '1h', type: 'oci', url: source }]);
    expect(objects.some(({ kind }) => kind === 'ConfigMap')).toBe(false);
  }
});

it('refuses another version of a chart that the tree has, unless the spec says where it is', async () => {
  const all = await blueprints();
  const over = (more: { source?: string }) =>
    omantel(() => ({ blueprints: { 'bp-crossplane-claims': { version: '9.0.0', ...more } } }));
  expect(() => renderTree(over({}), all)).toThrow(/the tree has version 0\.1\.0/);
  expect(renderTree(over({ source: 'oci://registry.example.org/charts' }), all).hash).toMatch(/^[0-9a-f]{64}$/);
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
