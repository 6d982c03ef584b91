/** ServiceAccounts and roles that programs run with where they are real, as their own charts give them. */
import type { KubeObject } from '../tools/kube.js';
import { fluxAccounts, isFluxController } from './stand-in-flux.js';

const rbac = 'rbac.authorization.k8s.io';

interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

interface Account {
  chart: string;
  rules: readonly PolicyRule[];
}

const rule = (group: string, resources: string, verbs: string): PolicyRule => ({
  apiGroups: [group],
  resources: resources.split(' '),
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
};

/** Whether a workload runs as the ServiceAccount of its own name. */
export const hasAccount = (workload: string): boolean => isFluxController(workload) || workload in accounts;

/** Where a release of a chart puts them: templates, since a chart can be installed more than once (the canary of #338). */
const ofTheRelease = { namespace: '{{ .Release.Namespace }}', role: '{{ .Release.Name }}-{{ .Release.Namespace }}' };

/** The accounts of that chart; undefined where none of its programs is ever real. */
export function accountsOf(chart: string, namespace: string, at = ofTheRelease): KubeObject[] | undefined {
  if (chart === 'flux2') return fluxAccounts(namespace);
  const found = Object.entries(accounts).find(([, account]) => account.chart === chart);
  return found && objectsOf(...found, at);
}

function objectsOf(name: string, { rules }: Account, { namespace, role }: typeof ofTheRelease): KubeObject[] {
  const metadata = { name: role };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules: [...rules] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
