/** ServiceAccounts and roles that Flux's controllers run with, as its own release gives them. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';

const controllers = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'];
const rbac = 'rbac.authorization.k8s.io';
const groups = ['source', 'kustomize', 'helm', 'notification', 'image'].map((name) => `${name}.toolkit.fluxcd.io`);
const read = ['get', 'list', 'watch'];

/** Whether a workload is one of Flux's controllers, which runs as the ServiceAccount of its own name. */
export const isFluxController = (name: string): boolean => controllers.includes(name);

/** @param release part of the names of what has no namespace */
export function fluxAccounts(namespace: string, release = 'flux'): KubeObject[] {
  const subjects = (names: readonly string[]) => names.map((name) => ({ kind: 'ServiceAccount', name, namespace }));
  const binding = (name: string, role: string, names: readonly string[]): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: subjects(names),
  });
  return [
    ...controllers.map(
      (name): KubeObject => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace },
      }),
    ),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `${release}-crd-controller` },
      rules: [
        { apiGroups: groups, resources: ['*'], verbs: ['*'] },
        { apiGroups: [''], resources: ['namespaces', 'secrets', 'configmaps', 'serviceaccounts'], verbs: read },
        { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
        { apiGroups: [''], resources: ['configmaps'], verbs: [...read, 'create', 'update', 'patch', 'delete'] },
        { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
        {
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          verbs: [...read, 'create', 'update', 'patch', 'delete'],
        },
      ],
    },
    binding(`${release}-crd-controller`, `${release}-crd-controller`, controllers),
    binding(`${release}-cluster-reconciler`, 'cluster-admin', ['kustomize-controller', 'helm-controller']),
  ];
}
