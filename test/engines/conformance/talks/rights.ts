import type { Conversation } from '../conversation.js';

const as = '--as=system:serviceaccount:talk-rbac:worker';
const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
const named = (name: string) => ({ metadata: { name, namespace: 'talk-rbac' } });
const made = (id: string, object: object, flags = '') => ({
  id,
  kubectl: `create -f -${flags}`,
  stdin: JSON.stringify(object),
});
const role = (name: string, rule: object) => ({ ...rbac, kind: 'Role', ...named(name), rules: [rule] });
const worker = [{ kind: 'ServiceAccount', name: 'worker', namespace: 'talk-rbac' }];
const binding = (name: string) => ({
  ...rbac,
  kind: 'RoleBinding',
  ...named(name),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  subjects: worker,
});
const reads = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };

/** Who may do what, and how a refusal is worded. */
export const rights: Conversation = {
  name: 'rights',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-rbac', silent: true },
    made('service account', { apiVersion: 'v1', kind: 'ServiceAccount', ...named('worker') }, ' -o json'),
    { id: 'refused without a role', kubectl: `get configmaps -n talk-rbac ${as}` },
    { id: 'refused to make', kubectl: `create configmap x -n talk-rbac ${as}` },
    { id: 'refused of one name', kubectl: `delete secret x -n talk-rbac ${as}` },
    { id: 'refused cluster-wide', kubectl: `get nodes ${as}` },
    made('role', role('reader', reads)),
    made('binding', binding('reader')),
    { id: 'may list now', kubectl: `auth can-i list configmaps -n talk-rbac ${as}` },
    { id: 'may not watch', kubectl: `auth can-i watch configmaps -n talk-rbac ${as}` },
    { id: 'may not elsewhere', kubectl: `auth can-i list configmaps -n default ${as}` },
    made(
      'name alone',
      role('named', { apiGroups: [''], resources: ['secrets'], resourceNames: ['only'], verbs: ['get'] }),
    ),
    made('its binding', binding('named')),
    { id: 'that name', kubectl: `auth can-i get secrets/only -n talk-rbac ${as}` },
    { id: 'no other name', kubectl: `auth can-i get secrets/other -n talk-rbac ${as}` },
    { id: 'subresource is another thing', kubectl: `auth can-i get pods --subresource=log -n talk-rbac ${as}` },
    made('no more than one has', role('more', { ...reads, resources: ['secrets'], verbs: ['get'] }), ` ${as}`),
    made('everything', {
      ...rbac,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'talk-rbac-all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: worker,
    }),
    { id: 'may do everything', kubectl: `auth can-i * * ${as}` },
    {
      id: 'role of a binding must not change',
      kubectl: 'patch rolebinding reader -n talk-rbac --type=merge -p {"roleRef":{"name":"named"}}',
    },
    { id: 'gone again', kubectl: 'delete clusterrolebinding talk-rbac-all' },
    { id: 'may not any more', kubectl: `auth can-i * * ${as}` },
  ],
};
