/** ServiceAccounts and roles that programs run with where they are real, as their own charts give them. */
import type { KubeObject } from '../tools/kube.js';
import { fluxAccounts, isFluxController } from './stand-in-flux.js';

const rbac = 'rbac.authorization.k8s.io';
const unsealer = 'sealed-secrets-controller';

/** Whether a workload runs as the ServiceAccount of its own name. */
export const hasAccount = (workload: string): boolean => isFluxController(workload) || workload === unsealer;

/** The accounts of that chart; undefined where none of its programs is ever real. */
export function accountsOf(chart: string, namespace: string): KubeObject[] | undefined {
  if (chart === 'flux2') return fluxAccounts(namespace);
  if (chart === 'sealed-secrets') return unsealerAccount(namespace);
  return undefined;
}

function unsealerAccount(namespace: string): KubeObject[] {
  const metadata = { name: unsealer };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: [
        { apiGroups: ['bitnami.com'], resources: ['sealedsecrets'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['bitnami.com'], resources: ['sealedsecrets/status'], verbs: ['update'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
        { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
        { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: unsealer },
      subjects: [{ kind: 'ServiceAccount', name: unsealer, namespace }],
    },
  ];
}
