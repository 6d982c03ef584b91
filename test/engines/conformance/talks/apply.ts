import type { Conversation } from '../conversation.js';

const map = (data: string, name = 'm') =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","namespace":"talk-apply"},"data":${data}}`;
const workload = (image: string, extra = '') =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"talk-apply"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"d"}},"template":{"metadata":{"labels":{"a":"d"}},"spec":{"containers":[{"name":"c","image":"${image}"${extra}}]}}}}`;

/** Who owns which field: server-side apply and the older kind. */
export const apply: Conversation = {
  name: 'apply',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-apply', silent: true },
    { id: 'applied', kubectl: 'apply --server-side --field-manager=one -f -', stdin: map('{"a":"1","b":"2"}') },
    { id: 'applied again', kubectl: 'apply --server-side --field-manager=one -f -', stdin: map('{"a":"1","b":"2"}') },
    { id: 'of another', kubectl: 'apply --server-side --field-manager=two -f -', stdin: map('{"c":"3"}') },
    {
      id: 'conflict names the owner and the field',
      kubectl: 'apply --server-side --field-manager=two -f -',
      stdin: map('{"a":"9","c":"3"}'),
    },
    {
      id: 'conflict of two fields',
      kubectl: 'apply --server-side --field-manager=two -f -',
      stdin: map('{"a":"9","b":"9"}'),
    },
    {
      id: 'forced',
      kubectl: 'apply --server-side --force-conflicts --field-manager=two -f -',
      stdin: map('{"a":"9","c":"3"}'),
    },
    {
      id: 'a field that nobody names any more goes',
      kubectl: 'apply --server-side --field-manager=one -f -',
      stdin: map('{"x":"0"}'),
    },
    { id: 'what is left', kubectl: 'get configmap m -n talk-apply -o json', pick: ['data'] },
    {
      id: 'the same value of two owners is no conflict',
      kubectl: 'apply --server-side --field-manager=one -f -',
      stdin: map('{"x":"0","c":"3"}'),
    },
    ...['one', 'two'].map((owner) => ({
      id: `fields of ${owner}`,
      kubectl: `get configmap m -n talk-apply -o jsonpath={.metadata.managedFields[?(@.manager=="${owner}")].fieldsV1}`,
    })),
    { id: 'made by other means', kubectl: 'create configmap plain -n talk-apply --from-literal=a=1', silent: true },
    {
      id: 'conflict with one who did not apply',
      kubectl: 'apply --server-side --field-manager=one -f -',
      stdin: map('{"a":"2"}', 'plain'),
    },
    // one mistake at a time: at a field that is not declared the server stops, and goes through fields in no order
    ...[
      ['wrong type', '"data":{"a":1}'],
      ['field that is not declared', '"foo":true'],
    ].map(([id, wrong]) => ({
      id: `${id}`,
      kubectl: 'apply --server-side -f -',
      stdin: `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w","namespace":"talk-apply"},${wrong}}`,
    })),
    {
      id: 'entry twice',
      kubectl: 'apply --server-side -f -',
      stdin: workload('nginx:1', ',"env":[{"name":"A"},{"name":"A"}]'),
    },
    {
      id: 'dry-run',
      kubectl: 'apply --server-side --dry-run=server --field-manager=one -f -',
      stdin: map('{"x":"1"}'),
    },
    { id: 'dry-run changed nothing', kubectl: 'get configmap m -n talk-apply -o json', pick: ['data'] },
    { id: 'dry-run of a new one', kubectl: 'apply --server-side --dry-run=server -f -', stdin: map('{}', 'never') },
    { id: 'which is not there', kubectl: 'get configmap never -n talk-apply' },
    { id: 'list with keys', kubectl: 'apply --server-side --field-manager=one -f -', stdin: workload('nginx:1') },
    {
      id: 'entry of a list conflicts',
      kubectl: 'apply --server-side --field-manager=two -f -',
      stdin: workload('nginx:2'),
    },
    {
      id: 'unknown field',
      kubectl: 'apply --server-side --field-manager=one -f -',
      stdin: workload('nginx:1', ',"imagePullPolcy":"Always"'),
    },
    { id: 'older kind makes', kubectl: 'apply -f -', stdin: map('{"a":"1","b":"2"}', 'old') },
    { id: 'older kind changes', kubectl: 'apply -f -', stdin: map('{"a":"2"}', 'old') },
    { id: 'older kind finds nothing', kubectl: 'apply -f -', stdin: map('{"a":"2"}', 'old') },
    { id: 'and took away what was left out', kubectl: 'get configmap old -n talk-apply -o json', pick: ['data'] },
    { id: 'difference is shown', kubectl: 'diff --server-side -f -', stdin: map('{"x":"0","c":"3"}'), pick: [] },
    {
      id: 'without a name',
      kubectl: 'apply --server-side -f -',
      stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"talk-apply"}}',
    },
  ],
};
