import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placedObjects } from '../../../src/blueprints/lint.js';
import { renderTree } from '../../../src/blueprints/render.js';
import { parseYamlStream } from '../../../src/support/yaml.js';
import { blueprints, omantel } from './rig.js';

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
  expect(needs('bp-cert-manager-powerdns-webhook')).toEqual(['bp-cert-manager', 'bp-powerdns-config']);
  expect(needs('bp-harbor')).toEqual(['bp-cnpg', 'bp-valkey']);
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

const nasty = fc.oneof(
  fc.constantFrom(
    '${fqdn}',
    '{{ .Values.x }}',
    '"quoted"',
    "it's",
    'a: b',
    '- a',
    '&a *a',
    'a\nb: c',
    '\t',
    '#',
    '---',
    '!!js x',
  ),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
);
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/);

it('renders 1,000 generated specs to valid YAML, the same bytes twice, and never interprets a value', async () => {
  const all = await blueprints();
  const spec = fc.record({
    domain: fc.tuple(label, label, label).map((parts) => parts.join('.')),
    organization: nasty,
    value: nasty,
    key: nasty.filter((key) => key !== '__proto__'),
    location: fc.constantFrom('fsn1', 'nbg1', 'hel1'),
    profile: fc.constantFrom('solo' as const, 'ha' as const),
  });
  const few = all.filter(({ name }) => name === 'bp-valkey');
  fc.assert(
    fc.property(spec, ({ domain, organization, value, key, location, profile }) => {
      const sovereign = omantelWith({ domain, organization, location, profile });
      sovereign.spec.blueprints = { 'bp-valkey': { values: { podAnnotations: { [key]: value } } } };
      const tree = renderTree(sovereign, few);
      expect(renderTree(sovereign, few).hash).toBe(tree.hash);
      for (const file of tree.folders.flatMap((folder) => folder.files)) {
        expect(parseYamlStream(file.text)).toEqual(JSON.parse(JSON.stringify(file.objects)));
      }
      const release = tree.folder('bp-valkey')!.files.find((file) => file.path.endsWith('release-valkey.yaml'))!;
      const [read] = parseYamlStream(release.text) as [
        { spec: { values: { podAnnotations: Record<string, string> } } },
      ];
      expect(read.spec.values.podAnnotations[key]).toBe(value);
    }),
    { numRuns: 1000 },
  );
}, 180_000);

const base = omantel();
function omantelWith(change: { domain: string; organization: string; location: string; profile: 'solo' | 'ha' }) {
  const { spec } = base;
  return {
    ...base,
    spec: {
      ...spec,
      fqdn: change.domain,
      profile: change.profile,
      organization: { ...spec.organization, name: change.organization },
      objectStorage: { ...spec.objectStorage, location: change.location },
    },
  };
}
