import { expect, it } from 'vitest';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { lintTree } from '../../../../src/blueprints/lint/lint.js';
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
  ['cycle', 'bp-cilium', (blueprint) => ({ ...blueprint, dependsOn: ['#385'] })],
])('finds a broken rule: %s', async (rule, name, change) => {
  expect(await rulesBroken(name, change)).toContain(rule);
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
