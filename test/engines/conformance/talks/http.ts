import type { Conversation } from '../conversation.js';

const maps = '/api/v1/namespaces/talk-http/configmaps';
const map = (name: string, more: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data: {},
});
const get = (id: string, path: string, pick?: readonly string[]) => ({
  id,
  http: { method: 'GET', path },
  ...(pick ? { pick } : {}),
});

/** Requests as no tool would send them. */
export const http: Conversation = {
  name: 'http',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-http', silent: true },
    { id: 'made', http: { method: 'POST', path: maps, body: map('a') } },
    { id: 'made again', http: { method: 'POST', path: maps, body: map('a') } },
    {
      id: 'name comes from a beginning',
      http: { method: 'POST', path: maps, body: { ...map(''), metadata: { generateName: 'begin-' } } },
      pick: ['kind', 'metadata.generateName'],
    },
    {
      id: 'no name at all',
      http: { method: 'POST', path: maps, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} } },
    },
    {
      id: 'namespace of another place',
      http: { method: 'POST', path: maps, body: map('b', { namespace: 'default' }) },
    },
    {
      id: 'kind of another place',
      http: { method: 'POST', path: maps, body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'b' } } },
    },
    { id: 'not JSON', http: { method: 'POST', path: maps, body: 'text' } },
    {
      id: 'patch of an unknown type',
      http: { method: 'PATCH', path: `${maps}/a`, body: {}, contentType: 'application/xml' },
    },
    {
      id: 'strategic patch',
      http: {
        method: 'PATCH',
        path: `${maps}/a`,
        body: { data: { k: 'v' } },
        contentType: 'application/strategic-merge-patch+json',
      },
    },
    {
      id: 'patch of nothing',
      http: { method: 'PATCH', path: `${maps}/none`, body: {}, contentType: 'application/merge-patch+json' },
    },
    {
      id: 'put of an old version',
      http: { method: 'PUT', path: `${maps}/a`, body: map('a', { resourceVersion: '1' }) },
    },
    { id: 'put of another name', http: { method: 'PUT', path: `${maps}/a`, body: map('b') } },
    { id: 'put without a version', http: { method: 'PUT', path: `${maps}/a`, body: map('a') } },
    { id: 'put of one that is not there', http: { method: 'PUT', path: `${maps}/none`, body: map('none') } },
    {
      id: 'delete with a version that has passed',
      http: {
        method: 'DELETE',
        path: `${maps}/a`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: '1' } },
      },
    },
    {
      id: 'delete of another uid',
      http: {
        method: 'DELETE',
        path: `${maps}/a`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'x' } },
      },
    },
    { id: 'delete with a dry-run', http: { method: 'DELETE', path: `${maps}/a?dryRun=All` } },
    { id: 'unknown dry-run', http: { method: 'DELETE', path: `${maps}/a?dryRun=Some` } },
    get('bad selector', `${maps}?labelSelector=a%3D%3D%3D`),
    get('bad continue', `${maps}?limit=1&continue=nonsense`),
    get('bad limit', `${maps}?limit=x`),
    get('first page', `${maps}?limit=1`, ['kind', 'metadata.remainingItemCount']),
    get('version that has not come yet', `${maps}?resourceVersion=99999999&resourceVersionMatch=Exact`, [
      'kind',
      'code',
      'reason',
    ]),
    { id: 'method that is not allowed', http: { method: 'POST', path: `${maps}/a`, body: map('a') } },
    { id: 'subresource that is not there', http: { method: 'GET', path: `${maps}/a/status` } },
    { id: 'delete', http: { method: 'DELETE', path: `${maps}/a` } },
    { id: 'delete again', http: { method: 'DELETE', path: `${maps}/a` } },
    {
      id: 'access review',
      http: {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
        },
      },
      pick: ['kind', 'status.allowed'],
    },
  ],
};
