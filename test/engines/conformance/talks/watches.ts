import type { Conversation } from '../conversation.js';

const maps = '/api/v1/namespaces/talk-watch/configmaps';
const one = 'fieldSelector=metadata.name%3Done&timeoutSeconds=1';
const watch = (id: string, query: string) => ({
  id,
  lines: true,
  http: { method: 'GET', path: `${maps}?watch=1&${query}` },
});

/** What a watch tells, and lists that are read in pages. */
export const watches: Conversation = {
  name: 'watches',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-watch', silent: true },
    ...['one', 'three', 'two'].map((name) => ({
      id: `map ${name}`,
      silent: true,
      http: {
        method: 'POST',
        path: maps,
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { set: 'x' } }, data: { a: name } },
      },
    })),
    watch('from now', `${one}`),
    watch('from anything', `${one}&resourceVersion=0`),
    watch('from the first', `${one}&resourceVersion=1`),
    watch(
      'with what there is and a mark',
      `${one}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    ),
    watch('with what there is, wrongly asked', `${one}&sendInitialEvents=true`),
    watch('by a label that nobody has', 'labelSelector=set%3Dy&timeoutSeconds=1'),
    watch('by a label of nonsense', 'labelSelector=a%3D%3D%3D&timeoutSeconds=1'),
    { id: 'watch of one', lines: true, http: { method: 'GET', path: `${maps}/one?watch=1&timeoutSeconds=1` } },
    {
      id: 'first page',
      http: { method: 'GET', path: `${maps}?labelSelector=set%3Dx&limit=2` },
      pick: ['items.0.metadata.name', 'items.1.metadata.name', 'items.2.metadata.name', 'metadata.remainingItemCount'],
    },
    { id: 'in pages', kubectl: 'get configmaps -n talk-watch -l set=x --chunk-size=1 -o name' },
    { id: 'sorted', kubectl: 'get configmaps -n talk-watch -l set=x --sort-by=.data.a -o name' },
    {
      id: 'of a version and no other',
      http: { method: 'GET', path: `${maps}?resourceVersionMatch=Exact` },
    },
    { id: 'of a version that is none', http: { method: 'GET', path: `${maps}?resourceVersion=x` } },
    {
      id: 'event',
      kubectl: 'create -f - -o name',
      stdin:
        '{"apiVersion":"v1","kind":"Event","metadata":{"name":"e","namespace":"talk-watch"},"involvedObject":{"kind":"ConfigMap","name":"one","namespace":"talk-watch"},"reason":"Said","message":"so","type":"Normal"}',
    },
    {
      id: 'events of one',
      kubectl: 'get events -n talk-watch --field-selector involvedObject.name=one -o name',
    },
    { id: 'events of nobody', kubectl: 'get events -n talk-watch --field-selector involvedObject.name=x -o name' },
    {
      id: 'the same in its newer group',
      kubectl: 'get events.events.k8s.io e -n talk-watch -o json',
      pick: ['apiVersion', 'kind', 'reason', 'note', 'regarding.name'],
    },
  ],
};
