/**
 * The webhooks that Kyverno makes of its policies (kyverno v1.19.0, pkg/controllers/webhook/controller.go, buildForPoliciesValidation):
 * one that ignores its failure and one that does not, for the policies of each kind, and one more for each policy with match conditions.
 * A policy that says nothing fails closed.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { HELM_RELEASE } from '../../flux/helm-names.js';
import type { ReconcileContext } from '../../reconciler.js';

const baseName = 'validate.kyverno.svc';

interface Settings {
  forceFailurePolicyIgnore: boolean;
  namespaceSelector: object;
}

/** `clientConfig` as it is there already: another part of the lab may have led it elsewhere. */
export function webhooksOf(
  policies: readonly KubeObject[],
  lab: Pick<ReconcileContext, 'store'>,
  clientConfig: object,
): object[] {
  const { forceFailurePolicyIgnore, namespaceSelector } = settingsOf(lab);
  const groups = new Map<string, { failurePolicy: string; matchConditions: object[]; policies: KubeObject[] }>();
  for (const policy of policies) {
    const { failurePolicy, matchConditions = [] } = policy.spec.webhookConfiguration ?? {};
    const failure = forceFailurePolicyIgnore ? 'Ignore' : (failurePolicy ?? policy.spec.failurePolicy ?? 'Fail');
    const common = `${baseName}-${failure.toLowerCase()}`;
    const name = matchConditions.length > 0 ? `${common}-finegrained-${policy.metadata.name}` : common;
    const group = groups.get(name) ?? { failurePolicy: failure, matchConditions, policies: [] };
    groups.set(name, { ...group, policies: [...group.policies, policy] });
  }
  return [...groups].map(([name, group]) => ({
    name,
    admissionReviewVersions: ['v1'],
    sideEffects: 'NoneOnDryRun',
    failurePolicy: group.failurePolicy,
    timeoutSeconds: 10,
    matchPolicy: 'Equivalent',
    rules: rulesFor(group.policies),
    namespaceSelector,
    ...(group.matchConditions.length > 0 ? { matchConditions: group.matchConditions } : {}),
    clientConfig,
  }));
}

/** Of the chart's values (charts/kyverno/values.yaml of the same version): its own namespace is always left out. */
function settingsOf(lab: Pick<ReconcileContext, 'store'>): Settings {
  const release = lab.store.list(HELM_RELEASE).find(({ spec }) => spec?.chart?.spec?.chart === 'kyverno');
  const { features, config } = release?.spec.values ?? {};
  const key = 'kubernetes.io/metadata.name';
  const given = config?.webhooks?.namespaceSelector?.matchExpressions ?? [
    { key, operator: 'NotIn', values: ['kube-system'] },
  ];
  return {
    forceFailurePolicyIgnore: features?.forceFailurePolicyIgnore?.enabled === true,
    namespaceSelector: { matchExpressions: [...given, { key, operator: 'NotIn', values: ['kyverno'] }] },
  };
}

const withPods: Record<string, string[]> = {
  '': ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers'],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  batch: ['cronjobs', 'jobs'],
};

/** A rule about Pods is about what makes Pods too. */
function rulesFor(policies: readonly KubeObject[]): object[] {
  const common = { apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], scope: '*' };
  const kinds = policies.flatMap(({ spec }) => (spec.rules ?? []) as KubeObject[]).flatMap(kindsOf);
  if (kinds.some((kind) => kind !== 'Pod')) return [{ ...common, apiGroups: ['*'], resources: ['*'] }];
  return Object.entries(withPods).map(([group, resources]) => ({ ...common, apiGroups: [group], resources }));
}

function kindsOf(rule: KubeObject): string[] {
  const { any, all, resources } = rule.match ?? {};
  const filters: { resources?: { kinds?: string[] } }[] = [...(any ?? []), ...(all ?? []), { resources }];
  return filters.flatMap((filter) => filter.resources?.kinds ?? []).map((kind) => kind.split('/').at(-1)!);
}
