import { expect, it } from 'vitest';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { lintTree } from '../../../../src/blueprints/lint/lint.js';
import { mayBeReplaced } from '../../../../src/blueprints/render/in-place.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { blueprints, omantel } from '../rig.js';

it.each(['solo', 'ha'] as const)('has no finding in our own tree (%s)', async (profile) => {
  const all = await blueprints();
  const sovereign = omantel(() => ({ profile }));
  expect(lintTree(renderTree(sovereign, all), sovereign, all)).toEqual([]);
});

async function rulesBroken(name: string, change: (blueprint: Blueprint) => Blueprint): Promise<string[]> {
  const all = (await blueprints()).map((one) => (one.name === name ? change(one) : one));
  const sovereign = omantel();
  return [...new Set(lintTree(renderTree(sovereign, all), sovereign, all).map((finding) => finding.rule))];
}

const withObject =
  (object: KubeObject, part: 'release' | 'config' = 'release') =>
  (blueprint: Blueprint) => ({
    ...blueprint,
    documents: { ...blueprint.documents, [part]: { ...blueprint.documents[part], 'extra.yaml': [object] } },
  });

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'harbor' } };

it.each<[string, string, (blueprint: Blueprint) => Blueprint]>([
  ['no-load-balancer', 'bp-harbor', withObject({ ...service, spec: { type: 'LoadBalancer' } })],
  ['clear-secret', 'bp-harbor', withObject({ ...service, kind: 'Secret', stringData: { a: 'b' } })],
  ['api-version', 'bp-harbor', withObject({ ...service, apiVersion: 'source.toolkit.fluxcd.io/v1beta2' })],
  ['s3', 'bp-velero', withObject({ ...service, spec: { url: 'http://seaweedfs-s3.seaweedfs.svc:8333' } })],
  ['mother', 'bp-gitea', withObject({ ...service, spec: { url: 'https://pdns.openova.io' } })],
  ['host', 'bp-gitea', withObject({ ...service, spec: { host: 'git.example.org' } })],
  ['image-tag', 'bp-gitea', withObject({ ...service, spec: { image: 'busybox:latest' } })],
  ['requests', 'bp-gitea', withObject({ ...service, spec: { containers: [{ name: 'a', image: 'a:1' }] } })],
  ['secret-maker', 'bp-gitea', withObject({ ...service, spec: { secretKeyRef: { name: 'nobody', key: 'a' } } })],
  [
    'crd-gate',
    'bp-valkey',
    withObject({ apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'early' } }),
  ],
  ['in-place', 'bp-gitea', withObject({ ...service, spec: { clusterIP: '10.43.0.9' } })],
  ['in-place', 'bp-gitea', withObject({ ...service, kind: 'StatefulSet', spec: { volumeClaimTemplates: [{}] } })],
  [
    'in-place',
    'bp-gitea',
    withObject({ ...service, kind: 'Deployment', spec: { selector: { matchLabels: { 'helm.sh/chart': 'a-1' } } } }),
  ],
  [
    'metadata-service',
    'bp-cilium',
    (blueprint) => ({ ...blueprint, documents: { ...blueprint.documents, config: {} } }),
  ],
  [
    'metadata-service',
    'bp-cilium',
    (blueprint) => ({
      ...blueprint,
      documents: {
        ...blueprint.documents,
        config: Object.fromEntries(
          Object.entries(blueprint.documents.config).map(([file, objects]) => [
            file,
            objects.map(({ spec: { enableDefaultDeny: _, ...spec }, ...object }) => ({ ...object, spec })),
          ]),
        ) as Blueprint['documents']['config'],
      },
    }),
  ],
  ['cycle', 'bp-cilium', (blueprint) => ({ ...blueprint, dependsOn: ['#385'] })],
])('finds a broken rule: %s', async (rule, name, change) => {
  expect(await rulesBroken(name, change)).toContain(rule);
});

it.each<['solo' | 'ha', string, string[]]>([
  ['ha', '10.0.1.2', ['single-node']],
  ['ha', 'https://10.0.1.2:6443', ['single-node']],
  ['solo', '10.0.1.2', []],
  ['ha', '10.0.1.254', []],
  ['ha', '10.0.0.0/16', []],
  ['ha', '127.0.0.1', []],
])('in profile %s an API server at %s breaks %j', async (profile, k8sServiceHost, broken) => {
  const all = await blueprints();
  const sovereign = omantel(() => ({ profile, blueprints: { 'bp-cilium': { values: { k8sServiceHost } } } }));
  const findings = lintTree(renderTree(sovereign, all), sovereign, all);
  expect(findings.map(({ rule }) => rule)).toEqual(broken);
});

it.each([
  ['override-type', { 'bp-harbor': { values: { trivy: { enabled: 'false' } } } }],
  ['override-template', { 'bp-gitea': { values: { note: '{{ .Values.x }}' } } }],
])('warns of an override: %s', async (rule, over) => {
  const all = await blueprints();
  const sovereign = omantel(() => ({ blueprints: over as Record<string, { values: Record<string, unknown> }> }));
  const findings = lintTree(renderTree(sovereign, all), sovereign, all);
  expect(findings.map((one) => [one.rule, one.severity])).toContainEqual([rule, 'warning']);
});

it('may replace every Job of the tree, and only Jobs', async () => {
  const objects = renderTree(omantel(), await blueprints()).folders.flatMap(({ files }) =>
    files.flatMap((file) => file.objects),
  );
  const jobs = objects.filter(({ kind }) => kind === 'Job');
  expect(jobs.length).toBeGreaterThan(1);
  expect(objects.filter(mayBeReplaced)).toEqual(jobs);
});
