/**
 * ServiceAccounts and roles that Crossplane's programs run with, as its own chart gives them: what core may do grows with the kinds
 * that packages and XRDs bring, by roles that the RBAC manager makes and the cluster adds up.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';

const rbac = 'rbac.authorization.k8s.io';
const reads = ['get', 'list', 'watch'];
const writes = [...reads, 'create', 'update', 'patch', 'delete'];
const sum = (of: string) => `rbac.crossplane.io/aggregate-to-${of}`;

/** By Deployment, the ServiceAccount that it runs as. */
export const crossplanePrograms: Readonly<Record<string, string>> = {
  crossplane: 'crossplane',
  'crossplane-rbac-manager': 'rbac-manager',
};

const may = (apiGroups: string, resources: string, verbs: readonly string[]) => ({
  apiGroups: apiGroups.split(' ').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  verbs: [...verbs],
});

const events = may('core', 'events', ['create', 'update', 'patch', 'delete']);
const elections = may('core coordination.k8s.io', 'configmaps leases', writes);

const ofCore = [
  events,
  elections,
  may('apiextensions.k8s.io', 'customresourcedefinitions customresourcedefinitions/status', ['*']),
  may('core', 'secrets', writes),
  may('core', 'serviceaccounts services', ['*']),
  may('apiextensions.crossplane.io ops.crossplane.io pkg.crossplane.io protection.crossplane.io', '*', ['*']),
  may('extensions apps', 'deployments', writes),
  may('admissionregistration.k8s.io', 'validatingwebhookconfigurations mutatingwebhookconfigurations', writes),
];

const ofManager = [
  events,
  elections,
  may('core', 'namespaces', reads),
  may('apps', 'deployments', reads),
  may('core', 'namespaces/finalizers', ['update']),
  may('apiextensions.crossplane.io', 'compositeresourcedefinitions', reads),
  may('apiextensions.crossplane.io', 'compositeresourcedefinitions/finalizers', ['update']),
  may('pkg.crossplane.io', 'providerrevisions', reads),
  may('pkg.crossplane.io', 'providerrevisions/finalizers', ['update']),
  may('apiextensions.k8s.io', 'customresourcedefinitions', reads),
  // it gives what it has not itself
  may(rbac, 'clusterroles roles', [...reads, 'create', 'update', 'patch', 'escalate']),
  may(rbac, 'clusterroles', ['bind']),
  may(rbac, 'clusterrolebindings', ['*']),
];

export function crossplaneAccounts(namespace: string): KubeObject[] {
  const role = (name: string, more: Record<string, unknown>, labels?: Record<string, string>): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name, ...(labels ? { labels } : {}) },
    ...more,
  });
  const adding = (of: string) => ({
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [sum(of)]: 'true' } }] },
  });
  const binding = (name: string, account: string): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
  return [
    ...Object.values(crossplanePrograms).map(
      (name): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }),
    ),
    role('crossplane', adding('crossplane')),
    role('crossplane:system:aggregate-to-crossplane', { rules: ofCore }, { [sum('crossplane')]: 'true' }),
    role('crossplane:allowed-provider-permissions', adding('allowed-provider-permissions')),
    role('crossplane-rbac-manager', { rules: ofManager }),
    binding('crossplane', 'crossplane'),
    binding('crossplane-rbac-manager', 'rbac-manager'),
    // empty until core's first container fills them, so that they go with the release
    ...['crossplane-root-ca', 'crossplane-tls-server', 'crossplane-tls-client'].map(
      (name): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque' }),
    ),
  ];
}
