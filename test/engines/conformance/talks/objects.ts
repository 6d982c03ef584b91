import type { Conversation } from '../conversation.js';

/** Life of plain objects: made, read, listed, changed, deleted. */
export const objects: Conversation = {
  name: 'objects',
  turns: [
    { id: 'namespace is made', kubectl: 'create namespace talk -o json' },
    { id: 'made once only', kubectl: 'create namespace talk' },
    { id: 'config map is made', kubectl: 'create configmap one -n talk --from-literal=a=1 -o json' },
    { id: 'in a namespace that is not there', kubectl: 'create configmap one -n nowhere --from-literal=a=1' },
    { id: 'read', kubectl: 'get configmap one -n talk -o json' },
    { id: 'not there', kubectl: 'get configmap two -n talk' },
    { id: 'kind not there', kubectl: 'get sovereigns' },
    { id: 'label is set', kubectl: 'label configmap one -n talk tier=gold' },
    { id: 'label is not overwritten', kubectl: 'label configmap one -n talk tier=silver' },
    { id: 'listed by label', kubectl: 'get configmaps -n talk -l tier=gold -o name' },
    { id: 'listed by a set of labels', kubectl: 'get configmaps -n talk -l tier.notin.x -o name' },
    { id: 'listed by name', kubectl: 'get configmaps -n talk --field-selector metadata.name=one -o name' },
    { id: 'field that cannot select', kubectl: 'get configmaps -n talk --field-selector data.a=1' },
    { id: 'merge patch', kubectl: 'patch configmap one -n talk --type=merge -p {"data":{"b":"2"}} -o json' },
    {
      id: 'merge patch takes away',
      kubectl: 'patch configmap one -n talk --type=merge -p {"data":{"a":null}} -o json',
    },
    { id: 'nothing to change', kubectl: 'patch configmap one -n talk --type=merge -p {"data":{"b":"2"}}' },
    {
      id: 'secret from text',
      kubectl: 'create -f - -o json',
      stdin: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"talk"},"stringData":{"k":"v"}}',
    },
    {
      id: 'service is given its defaults',
      kubectl: 'create -f - -o json',
      stdin:
        '{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"talk"},"spec":{"type":"NodePort","selector":{"app":"web"},"ports":[{"port":80,"nodePort":31081}]}}',
      pick: [
        'spec.type',
        'spec.ports',
        'spec.selector',
        'spec.sessionAffinity',
        'spec.internalTrafficPolicy',
        'spec.externalTrafficPolicy',
        'spec.ipFamilyPolicy',
        'spec.ipFamilies',
      ],
    },
    {
      id: 'node port is taken',
      kubectl: 'create -f -',
      stdin:
        '{"apiVersion":"v1","kind":"Service","metadata":{"name":"web2","namespace":"talk"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":31081}]}}',
    },
    {
      id: 'deployment is made',
      kubectl: 'create -f - -o json',
      stdin:
        '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"talk"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx","image":"nginx:1"}]}}}}',
      pick: ['apiVersion', 'kind', 'metadata.labels', 'metadata.generation', 'spec'],
    },
    { id: 'scaled', kubectl: 'scale deployment web -n talk --replicas=2' },
    { id: 'image is changed', kubectl: 'set image deployment/web nginx=nginx:2 -n talk' },
    { id: 'restarted', kubectl: 'rollout restart deployment web -n talk' },
    {
      id: 'finalizer is set',
      kubectl: 'patch configmap one -n talk --type=merge -p {"metadata":{"finalizers":["example.org/hold"]}}',
    },
    { id: 'deleted but held', kubectl: 'delete configmap one -n talk --wait=false' },
    {
      id: 'still there while it is held',
      kubectl: 'get configmap one -n talk -o json',
      pick: ['metadata.finalizers', 'metadata.deletionGracePeriodSeconds', 'data'],
    },
    {
      id: 'no new finalizer on a deleted one',
      kubectl:
        'patch configmap one -n talk --type=merge -p {"metadata":{"finalizers":["example.org/hold","example.org/more"]}}',
    },
    { id: 'let go', kubectl: 'patch configmap one -n talk --type=merge -p {"metadata":{"finalizers":null}}' },
    { id: 'gone', kubectl: 'get configmap one -n talk' },
    { id: 'deleted twice', kubectl: 'delete configmap one -n talk' },
    { id: 'deleted twice without minding', kubectl: 'delete configmap one -n talk --ignore-not-found' },
    { id: 'secret that must not change', kubectl: 'patch secret s -n talk --type=merge -p {"immutable":true}' },
    {
      id: 'change of a secret that must not change',
      kubectl: 'patch secret s -n talk --type=merge -p {"stringData":{"k":"w"}}',
    },
    {
      id: 'slice with nothing in it',
      kubectl: 'create -f - -o json',
      stdin:
        '{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"none","namespace":"talk"},"addressType":"IPv4","endpoints":[],"ports":[]}',
    },
    {
      id: 'the same, applied',
      kubectl: 'apply --server-side --force-conflicts -f - -o json',
      stdin:
        '{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"none","namespace":"talk"},"addressType":"IPv4","endpoints":[]}',
    },
    {
      id: 'role without a rule',
      kubectl: 'create -f - -o json',
      stdin:
        '{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"none","namespace":"talk"}}',
    },
  ],
};
