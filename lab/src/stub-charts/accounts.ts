/** ServiceAccounts and roles that programs run with where they are real, as their own charts give them. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { crossplaneAccounts, crossplanePrograms } from './crossplane.js';
import { fluxAccounts, isFluxController } from './flux.js';

const rbac = 'rbac.authorization.k8s.io';

interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

interface Account {
  chart: string;
  rules: readonly PolicyRule[];
  /** In its own namespace alone. */
  ownRules?: readonly PolicyRule[];
  /** Roles of Kubernetes itself: `ClusterRole/name`, or a Role by `namespace/name`. */
  roles?: readonly string[];
}

const rule = (group: string, resources: string, verbs: string, names?: string): PolicyRule => ({
  apiGroups: [group],
  resources: resources.split(' '),
  ...(names ? { resourceNames: names.split(' ') } : {}),
  verbs: verbs.split(' '),
});
const reads = 'get list watch';

/** By Deployment, which runs as the ServiceAccount of its own name. */
const accounts: Readonly<Record<string, Account>> = {
  'sealed-secrets-controller': {
    chart: 'sealed-secrets',
    rules: [
      rule('bitnami.com', 'sealedsecrets', reads),
      rule('bitnami.com', 'sealedsecrets/status', 'update'),
      rule('', 'secrets', `${reads} create update delete`),
      rule('', 'events', 'create patch'),
      rule('', 'namespaces', 'get'),
    ],
  },
  'external-secrets': {
    chart: 'external-secrets',
    rules: [
      rule('external-secrets.io', 'secretstores clustersecretstores externalsecrets', `${reads} update patch`),
      rule(
        'external-secrets.io',
        'secretstores/status clustersecretstores/status externalsecrets/status',
        'get update patch',
      ),
      rule('generators.external-secrets.io', 'generatorstates', `${reads} create update patch delete`),
      rule('', 'serviceaccounts namespaces configmaps', reads),
      rule('', 'secrets', `${reads} create update delete patch`),
      rule('', 'serviceaccounts/token', 'create'),
      rule('', 'events', 'create patch'),
    ],
  },
  traefik: {
    chart: 'traefik',
    rules: [
      rule('', 'configmaps nodes services secrets', reads),
      rule('', 'pods', 'get'),
      rule('', 'namespaces', 'list watch'),
      rule('discovery.k8s.io', 'endpointslices', 'list watch'),
      rule('networking.k8s.io', 'ingresses ingressclasses', reads),
      rule('networking.k8s.io', 'ingresses/status', 'update'),
      rule(
        'traefik.io',
        'ingressroutes ingressroutetcps ingressrouteudps middlewares middlewaretcps serverstransports ' +
          'serverstransporttcps tlsoptions tlsstores traefikservices',
        reads,
      ),
    ],
  },
  'cert-manager': {
    chart: 'cert-manager',
    rules: [
      rule('cert-manager.io', 'certificates certificaterequests', `${reads} create update patch delete`),
      rule('cert-manager.io', 'issuers clusterissuers', `${reads} update patch`),
      rule('cert-manager.io', 'certificates/status certificaterequests/status', 'update patch'),
      rule('cert-manager.io', 'issuers/status clusterissuers/status', 'update patch'),
      rule(
        'cert-manager.io',
        'certificates/finalizers certificaterequests/finalizers issuers/finalizers clusterissuers/finalizers',
        'update',
      ),
      rule('cert-manager.io', 'signers', 'approve', 'issuers.cert-manager.io/* clusterissuers.cert-manager.io/*'),
      rule('acme.cert-manager.io', 'orders challenges', `${reads} create update patch delete`),
      rule('acme.cert-manager.io', 'orders/status challenges/status', 'update patch'),
      rule('acme.cert-manager.io', 'orders/finalizers challenges/finalizers', 'update'),
      rule('', 'secrets', `${reads} create update patch delete`),
      rule('', 'pods services', `${reads} create delete`),
      rule('networking.k8s.io', 'ingresses', `${reads} create delete update`),
      rule('networking.k8s.io', 'ingresses/finalizers', 'update'),
      rule('', 'events', 'create patch'),
    ],
  },
  'cert-manager-webhook': {
    chart: 'cert-manager',
    rules: [rule('authorization.k8s.io', 'subjectaccessreviews', 'create')],
    ownRules: [
      rule('', 'secrets', `${reads} update`, 'cert-manager-webhook-ca'),
      // no right to create can be one for a name
      rule('', 'secrets', 'create'),
    ],
  },
  'cert-manager-cainjector': {
    chart: 'cert-manager',
    rules: [
      rule('cert-manager.io', 'certificates', reads),
      rule('', 'secrets', reads),
      rule('', 'events', 'get create update patch'),
      rule(
        'admissionregistration.k8s.io',
        'validatingwebhookconfigurations mutatingwebhookconfigurations',
        `${reads} update patch`,
      ),
      rule('apiregistration.k8s.io', 'apiservices', `${reads} update patch`),
      rule('apiextensions.k8s.io', 'customresourcedefinitions', `${reads} update patch`),
    ],
  },
  'cert-manager-webhook-pdns': {
    chart: 'cert-manager-webhook-pdns',
    rules: [rule('', 'secrets', 'get')],
    roles: ['ClusterRole/system:auth-delegator', 'kube-system/extension-apiserver-authentication-reader'],
  },
};

/** The ServiceAccount that a workload runs as, mostly that of its own name; undefined: it has none. */
export const accountOf = (workload: string): string | undefined =>
  crossplanePrograms[workload] ?? (isFluxController(workload) || workload in accounts ? workload : undefined);

/** Where a release of a chart puts them: a chart can be installed more than once (the canary of #338). */
const ofTheRelease = '{{ .Release.Namespace }}';

/** The accounts of that chart; undefined where none of its programs is ever real. */
export function accountsOf(chart: string, namespace: string, at = ofTheRelease): KubeObject[] | undefined {
  if (chart === 'flux2') return fluxAccounts(namespace);
  if (chart === 'crossplane') return crossplaneAccounts(namespace);
  const found = Object.entries(accounts).filter(([, account]) => account.chart === chart);
  return found.length === 0 ? undefined : found.flatMap(([name, account]) => objectsOf(name, account, at));
}

function objectsOf(name: string, { rules, ownRules = [], roles = [] }: Account, namespace: string): KubeObject[] {
  // of the whole cluster, so that another release has others
  const wide = `${name}-${namespace}`;
  const bound = (kind: 'Role' | 'ClusterRole', role: string, metadata: KubeObject['metadata']): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name: role },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const made = (kind: 'Role' | 'ClusterRole', of: readonly PolicyRule[], metadata: KubeObject['metadata']) =>
    of.length === 0
      ? []
      : [{ apiVersion: `${rbac}/v1`, kind, metadata, rules: [...of] }, bound(kind, metadata.name, metadata)];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    ...made('ClusterRole', rules, { name: wide }),
    ...made('Role', ownRules, { name, namespace }),
    ...roles.map((role) => {
      const [place = '', of = ''] = role.split('/');
      return place === 'ClusterRole'
        ? bound('ClusterRole', of, { name: `${wide}:${of.replace('system:', '')}` })
        : bound('Role', of, { name: `${wide}:${of}`, namespace: place });
    }),
  ];
}
