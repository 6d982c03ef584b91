import type { Conversation } from '../conversation.js';

const deployments = '/apis/apps/v1/namespaces/talk-sub/deployments';
const merge = 'application/merge-patch+json';
const applied = 'application/apply-patch+yaml';
const condition = (status: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'talk-sub' },
  status: { conditions: [{ type: 'Talk', status, reason: 'Said', message: 'so' }] },
});

/** What has a door of its own: status, scale, evictions, logs; and waiting for it. */
export const subresources: Conversation = {
  name: 'subresources',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-sub', silent: true },
    {
      id: 'workload',
      kubectl: 'create -f -',
      stdin:
        '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"talk-sub"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"nginx","image":"nginx:1"}]}}}}',
      silent: true,
    },
    {
      id: 'status by apply',
      http: {
        method: 'PATCH',
        path: `${deployments}/d/status?fieldManager=one`,
        body: condition('False'),
        contentType: applied,
      },
      pick: ['kind'],
    },
    {
      id: 'status is set',
      kubectl: 'get deployment d -n talk-sub -o jsonpath={.status.conditions[?(@.type=="Talk")].reason}',
    },
    {
      id: 'status of another owner',
      http: {
        method: 'PATCH',
        path: `${deployments}/d/status?fieldManager=two`,
        body: condition('True'),
        contentType: applied,
      },
    },
    {
      id: 'status of one that is not there',
      http: {
        method: 'PATCH',
        path: `${deployments}/none/status?fieldManager=one`,
        body: { ...condition('True'), metadata: { name: 'none' } },
        contentType: applied,
      },
    },
    {
      id: 'status does not reach the spec',
      http: {
        method: 'PATCH',
        path: `${deployments}/d/status`,
        body: { spec: { replicas: 9 }, metadata: { labels: { a: 'b' } } },
        contentType: merge,
      },
      pick: ['spec.replicas', 'metadata.labels'],
    },
    { id: 'scale', http: { method: 'GET', path: `${deployments}/d/scale` }, pick: ['kind', 'spec', 'status.selector'] },
    {
      id: 'scaled by a patch',
      http: { method: 'PATCH', path: `${deployments}/d/scale`, body: { spec: { replicas: 1 } }, contentType: merge },
      pick: ['kind', 'spec'],
    },
    {
      id: 'scaled below nothing',
      http: { method: 'PATCH', path: `${deployments}/d/scale`, body: { spec: { replicas: -1 } }, contentType: merge },
    },
    { id: 'scale of nothing', http: { method: 'GET', path: `${deployments}/none/scale` } },
    { id: 'scale of what has none', http: { method: 'GET', path: '/api/v1/namespaces/talk-sub/configmaps/x/scale' } },
    {
      id: 'waited for a field',
      kubectl: 'wait deployment/d -n talk-sub --for=jsonpath={.spec.replicas}=1 --timeout=5s',
    },
    {
      id: 'waited in vain',
      kubectl: 'wait deployment/d -n talk-sub --for=condition=Nonsense --timeout=1s',
    },
    { id: 'waited for nothing', kubectl: 'wait deployment/none -n talk-sub --for=condition=Available --timeout=1s' },
    {
      id: 'waited for the end',
      kubectl: 'wait configmap/none -n talk-sub --for=delete --timeout=1s',
    },
    {
      id: 'review of a token that nobody gave',
      http: {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'nonsense' } },
      },
      pick: ['kind', 'status.authenticated'],
    },
    {
      id: 'access of another',
      http: {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: { user: 'somebody', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'talk-sub' } },
        },
      },
      pick: ['kind', 'status.allowed'],
    },
    {
      id: 'access of an administrator',
      http: {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: { user: 'somebody', groups: ['system:masters'], resourceAttributes: { verb: '*', resource: '*' } },
        },
      },
      pick: ['kind', 'status.allowed'],
    },
    {
      id: 'access to nothing',
      http: {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user: 'somebody' } },
      },
    },
    {
      id: 'pod',
      kubectl: 'create -f - -o json',
      stdin:
        '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"talk-sub"},"spec":{"nodeName":"nowhere","automountServiceAccountToken":false,"containers":[{"name":"c","image":"nginx:1"}]}}',
      pick: ['spec.containers.0', 'spec.restartPolicy', 'spec.serviceAccountName', 'spec.tolerations'],
    },
    {
      id: 'eviction of nothing',
      kubectl: 'create --raw /api/v1/namespaces/talk-sub/pods/none/eviction -f -',
      stdin: '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"none"}}',
    },
    { id: 'log of another container', kubectl: 'logs p -c other -n talk-sub' },
  ],
};
