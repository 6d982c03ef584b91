import { expect, it } from 'vitest';
import { platformNamespaces } from '../../../src/blueprints/catalog/platform-namespaces.js';
import { namespacesOf, renderTree } from '../../../src/blueprints/render/render.js';
import { blueprints, omantel } from './rig.js';

async function rendered(profile: 'solo' | 'ha') {
  const tree = renderTree(
    omantel(() => ({ profile })),
    await blueprints(),
  );
  const of = (folder: string) => tree.folder(folder)!.files.flatMap((file) => file.objects);
  const { values } = of('bp-kyverno').find(({ kind }) => kind === 'HelmRelease')!.spec;
  return { values, policies: of('bp-kyverno-config').filter(({ kind }) => kind === 'ClusterPolicy') };
}

it('the platform is every namespace that a Blueprint has, and kube-system', async () => {
  const all = await blueprints();
  const own = all
    .filter(({ perOrganization }) => !perOrganization)
    .flatMap((blueprint) => [blueprint.namespace, ...namespacesOf(blueprint).map(({ metadata }) => metadata.name)]);
  expect([...platformNamespaces].sort()).toEqual([...new Set([...own, 'kube-system'])].sort());
});

it('no Pod of the platform waits for Kyverno, whatever the profile', async () => {
  for (const profile of ['solo', 'ha'] as const) {
    const { values } = await rendered(profile);
    const [expression] = values.config.webhooks.namespaceSelector.matchExpressions;
    expect(expression).toEqual({
      key: 'kubernetes.io/metadata.name',
      operator: 'NotIn',
      values: [...platformNamespaces],
    });
  }
});

it('an audit policy never refuses because Kyverno is down; an enforcing one only where it enforces', async () => {
  const { policies } = await rendered('ha');
  const enforcing = policies.filter(({ spec }) =>
    spec.rules.some((rule: { validate?: { failureAction?: string } }) => rule.validate?.failureAction === 'Enforce'),
  );
  const auditing = policies.filter((policy) => !enforcing.includes(policy));
  expect([enforcing.length, auditing.length]).toEqual([1, 1]);
  for (const { spec } of auditing) expect(spec.webhookConfiguration.failurePolicy).toBe('Ignore');
  for (const { spec } of enforcing) {
    const { failurePolicy, matchConditions } = spec.webhookConfiguration;
    expect(failurePolicy).toBe('Fail');
    const { namespaces } = spec.rules[0].match.any[0].resources;
    expect(namespaces).toEqual(['org-*', 'catalyst-probes']);
    expect(matchConditions.map(({ expression }: { expression: string }) => expression)).toEqual([
      "request.namespace.startsWith('org-') || request.namespace == 'catalyst-probes'",
    ]);
  }
});
