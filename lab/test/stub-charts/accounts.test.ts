import { expect, test } from 'vitest';
import { accountOf, accountsOf } from '../../src/stub-charts/accounts.js';

const named = (chart: string, kind: string) =>
  accountsOf(chart, 'home')!
    .filter((object) => object.kind === kind)
    .map(({ metadata }) => metadata.name);

test('a real program runs as the ServiceAccount that its chart makes for it', () => {
  expect(accountOf('external-secrets')).toBe('external-secrets');
  expect(named('external-secrets', 'ServiceAccount')).toEqual(['external-secrets']);
  expect(accountOf('crossplane-rbac-manager')).toBe('rbac-manager');
  expect(named('crossplane', 'ServiceAccount')).toEqual(['crossplane', 'rbac-manager']);
  expect([accountOf('harbor-core'), accountsOf('harbor', 'home')]).toEqual([undefined, undefined]);
});

test('what the core of Crossplane may do is added up from roles, one of which is its own', () => {
  const roles = accountsOf('crossplane', 'home')!.filter(({ kind }) => kind === 'ClusterRole');
  const sum = roles.find(({ metadata }) => metadata.name === 'crossplane')!;
  const [{ matchLabels }] = sum['aggregationRule'].clusterRoleSelectors;
  const added = roles.filter(({ metadata }) =>
    Object.entries(matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
  );
  expect(added.map(({ metadata }) => metadata.name)).toEqual(['crossplane:system:aggregate-to-crossplane']);
  expect(sum['rules']).toBeUndefined();
});
