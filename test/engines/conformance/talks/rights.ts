import type { Conversation } from '../conversation.js';

const as = '--as=system:serviceaccount:talk-rbac:worker';

/** Who may do what, and how a refusal is worded. */
export const rights: Conversation = {
  name: 'rights',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-rbac', silent: true },
    { id: 'service account', kubectl: 'create serviceaccount worker -n talk-rbac -o json' },
    { id: 'refused without a role', kubectl: `get configmaps -n talk-rbac ${as}` },
    { id: 'refused to make', kubectl: `create configmap x -n talk-rbac ${as}` },
    { id: 'refused of one name', kubectl: `delete secret x -n talk-rbac ${as}` },
    { id: 'refused cluster-wide', kubectl: `get nodes ${as}` },
    { id: 'role', kubectl: 'create role reader -n talk-rbac --verb=get,list --resource=configmaps' },
    {
      id: 'binding',
      kubectl: 'create rolebinding reader -n talk-rbac --role=reader --serviceaccount=talk-rbac:worker',
    },
    { id: 'may list now', kubectl: `auth can-i list configmaps -n talk-rbac ${as}` },
    { id: 'may not watch', kubectl: `auth can-i watch configmaps -n talk-rbac ${as}` },
    { id: 'may not elsewhere', kubectl: `auth can-i list configmaps -n default ${as}` },
    { id: 'name alone', kubectl: 'create role named -n talk-rbac --verb=get --resource=secrets --resource-name=only' },
    {
      id: 'its binding',
      kubectl: 'create rolebinding named -n talk-rbac --role=named --serviceaccount=talk-rbac:worker',
    },
    { id: 'that name', kubectl: `auth can-i get secrets/only -n talk-rbac ${as}` },
    { id: 'no other name', kubectl: `auth can-i get secrets/other -n talk-rbac ${as}` },
    { id: 'subresource is another thing', kubectl: `auth can-i get pods --subresource=log -n talk-rbac ${as}` },
    {
      id: 'who am I',
      kubectl: `auth whoami -o json ${as}`,
      pick: ['status.userInfo.username', 'status.userInfo.groups'],
    },
    { id: 'no more than one has', kubectl: `create role more -n talk-rbac --verb=get --resource=secrets ${as}` },
    {
      id: 'everything',
      kubectl: 'create clusterrolebinding talk-rbac-all --clusterrole=cluster-admin --serviceaccount=talk-rbac:worker',
    },
    { id: 'may do everything', kubectl: `auth can-i * * ${as}` },
    {
      id: 'role of a binding must not change',
      kubectl: 'patch rolebinding reader -n talk-rbac --type=merge -p {"roleRef":{"name":"named"}}',
    },
    { id: 'gone again', kubectl: 'delete clusterrolebinding talk-rbac-all' },
    { id: 'may not any more', kubectl: `auth can-i * * ${as}` },
  ],
};
