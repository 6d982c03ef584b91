/** What a new cluster has before anybody asks: Namespaces, the usual roles, its own Service; and what each Namespace gets. */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { Rule } from '../admission/rbac.js';
import type { Store } from '../objects/store.js';
import { type KindRegistry, storeKeyOf } from './kinds.js';

const rbac = 'rbac.authorization.k8s.io/v1';
const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const workloadGroups = ['apps', 'batch', 'autoscaling', 'networking.k8s.io', 'policy', 'discovery.k8s.io'];
const coreKinds = [
  'configmaps',
  'endpoints',
  'events',
  'persistentvolumeclaims',
  'pods',
  'pods/log',
  'pods/status',
  'replicationcontrollers',
  'serviceaccounts',
  'services',
  'services/proxy',
  'resourcequotas',
  'limitranges',
  'namespaces',
];

const view: Rule[] = [
  { verbs: read, apiGroups: [''], resources: coreKinds },
  { verbs: read, apiGroups: workloadGroups, resources: ['*'] },
];
const edit: Rule[] = [
  ...view,
  { verbs: write, apiGroups: [''], resources: coreKinds.filter((kind) => kind !== 'namespaces') },
  {
    verbs: [...read, ...write],
    apiGroups: [''],
    resources: ['secrets', 'pods/exec', 'pods/eviction'],
  },
  { verbs: write, apiGroups: workloadGroups, resources: ['*'] },
];
const admin: Rule[] = [
  ...edit,
  { verbs: [...read, ...write], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'] },
];
const everything: Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];
const paths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];
const selfReviews: Rule[] = [
  { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews'] },
];
const health: Rule[] = [
  { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
];

const clusterRoles: Record<string, Rule[]> = {
  'cluster-admin': everything,
  admin,
  edit,
  view,
  'system:discovery': [{ verbs: ['get'], nonResourceURLs: paths }],
  'system:basic-user': selfReviews,
  'system:public-info-viewer': health,
};
const bindings: [string, string, string[]][] = [
  ['cluster-admin', 'cluster-admin', ['system:masters']],
  ['system:discovery', 'system:discovery', ['system:authenticated']],
  ['system:basic-user', 'system:basic-user', ['system:authenticated']],
  ['system:public-info-viewer', 'system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']],
];

export function bootstrap(options: { store: Store; kinds: KindRegistry; clock: Clock; caPem: string }): void {
  const { store, kinds, clock, caPem } = options;
  const put = (
    object: Record<string, unknown> & {
      apiVersion: string;
      kind: string;
      metadata: { name: string; namespace?: string };
    },
  ) => {
    const kind = kinds.byKind(object.apiVersion, object.kind);
    if (!kind || store.get(storeKeyOf(kind), object.metadata.namespace, object.metadata.name)) return;
    const creationTimestamp = `${clock.now().toISOString().slice(0, 19)}Z`;
    store.put(storeKeyOf(kind), {
      ...object,
      metadata: { ...object.metadata, uid: randomUUID(), creationTimestamp },
    } as KubeObject);
  };
  store.listen('/namespaces', ({ type, object }) => {
    const namespace = object.metadata.name;
    if (type !== 'ADDED') return;
    put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
    put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace },
      data: { 'ca.crt': caPem },
    });
  });
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
  for (const [name, rules] of Object.entries(clusterRoles)) {
    // Charts add to the roles for people by labeling roles of their own.
    const label = `rbac.authorization.k8s.io/aggregate-to-${name}`;
    const aggregated = ['admin', 'edit', 'view'].includes(name);
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] };
    put({
      apiVersion: rbac,
      kind: 'ClusterRole',
      metadata: { name },
      ...(aggregated ? { aggregationRule } : {}),
      rules,
    });
  }
  const apiGroup = 'rbac.authorization.k8s.io';
  for (const [name, role, groups] of bindings) {
    const subjects = groups.map((group) => ({ apiGroup, kind: 'Group', name: group }));
    const roleRef = { apiGroup, kind: 'ClusterRole', name: role };
    put({ apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects });
  }
  put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    } as { name: string },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.43.0.1',
      clusterIPs: ['10.43.0.1'],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
    status: { loadBalancer: {} },
  });
  for (const [name, value] of [
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ] as const) {
    put({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      preemptionPolicy: 'PreemptLowerPriority',
    });
  }
}

/** Follows CRDs: serves what they define, and says so in their status. */
export function followDefinitions(store: Store, kinds: KindRegistry, clock: Clock): void {
  const key = 'apiextensions.k8s.io/customresourcedefinitions';
  store.listen(key, ({ type, object }) => {
    if (type === 'DELETED') {
      kinds.withdraw(object);
      return;
    }
    kinds.define(object);
    const names = object.spec.names;
    const current = object.status?.acceptedNames;
    if (current && JSON.stringify(current) === JSON.stringify(names)) return;
    const lastTransitionTime = `${clock.now().toISOString().slice(0, 19)}Z`;
    const condition = (of: string, reason: string, message: string) => ({
      lastTransitionTime,
      message,
      reason,
      status: 'True',
      type: of,
    });
    const conditions = [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ];
    const stored = (object.spec.versions as { name: string; storage?: boolean }[]).filter((version) => version.storage);
    const status = { conditions, acceptedNames: names, storedVersions: stored.map((version) => version.name) };
    // After the write that brought us here, so that its own event is told first.
    setImmediate(() => {
      const latest = store.get(key, undefined, object.metadata.name);
      if (latest && latest.metadata.uid === object.metadata.uid) store.put(key, { ...latest, status });
    });
  });
}
