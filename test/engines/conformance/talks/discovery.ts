import type { Conversation } from '../conversation.js';

const group = (name: string) => ({
  id: `kinds of ${name || 'the core'}`,
  kubectl: `api-resources --api-group=${name} -o wide --no-headers --sort-by=name`,
});

/** What a server says it has. */
export const discovery: Conversation = {
  name: 'discovery',
  turns: [
    ...[
      'apps',
      'batch',
      'rbac.authorization.k8s.io',
      'networking.k8s.io',
      'apiextensions.k8s.io',
      'storage.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'policy',
    ].map(group),
    { id: 'explain a field', kubectl: 'explain configmap.data' },
    { id: 'version', http: { method: 'GET', path: '/version' }, pick: ['major', 'minor'] },
    { id: 'ready', http: { method: 'GET', path: '/readyz' } },
    { id: 'group that is not there', http: { method: 'GET', path: '/apis/nobody.org' } },
    { id: 'resource that is not there', http: { method: 'GET', path: '/api/v1/namespaces/default/nothings' } },
  ],
};
