import type { Conversation } from '../conversation.js';

const refused = (id: string, object: unknown) => ({ id, kubectl: 'create -f -', stdin: JSON.stringify(object) });
const meta = (name: string) => ({ name, namespace: 'talk-valid' });

/** What an API server does not take, and its words. */
export const validation: Conversation = {
  name: 'validation',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-valid', silent: true },
    refused('upper case in a name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('Upper') }),
    refused('name that is too long', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('a'.repeat(254)) }),
    refused('label value with a blank', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...meta('l'), labels: { a: 'b c' } },
    }),
    refused('label key with two slashes', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...meta('l'), labels: { 'a/b/c': 'x' } },
    }),
    refused('text where a map is wanted', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('t'), data: 'x' }),
    refused('number where text is wanted', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('n'),
      data: { a: 1 },
    }),
    refused('secret that is not base64', { apiVersion: 'v1', kind: 'Secret', metadata: meta('b'), data: { a: '***' } }),
    refused('kind that is not there', { apiVersion: 'v1', kind: 'Confmap', metadata: meta('k') }),
    refused('group that is not there', { apiVersion: 'nobody.org/v1', kind: 'ConfigMap', metadata: meta('k') }),
    refused('deployment without a selector', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    }),
    refused('deployment whose selector does not fit', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: {
        selector: { matchLabels: { a: 'x' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    }),
    refused('deployment without containers', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [] } },
      },
    }),
    refused('two containers of one name', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: {
            containers: [
              { name: 'c', image: 'i' },
              { name: 'c', image: 'i' },
            ],
          },
        },
      },
    }),
    refused('service without ports', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('s'),
      spec: { selector: { a: 'b' } },
    }),
    refused('node port out of range', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('s'),
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    }),
    refused('ingress without rules', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: meta('i'),
      spec: {},
    }),
    refused('role binding without a role', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta('r'),
      subjects: [],
    }),
    refused('job that always restarts', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('j'),
      spec: { template: { spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'i' }] } } },
    }),
    refused('priority class without a value', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'p' },
    }),
    refused('pod with much that is wrong', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta('p'),
      spec: {
        volumes: [{ name: 'v' }, { name: 'v' }],
        containers: [
          { name: 'C_', image: '', imagePullPolicy: 'Perhaps' },
          {
            name: 'c',
            image: 'i',
            volumeMounts: [
              { name: 'w', mountPath: '/a' },
              { name: 'v', mountPath: '/a' },
            ],
          },
        ],
      },
    }),
    refused('service with much that is wrong', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('s'),
      spec: {
        type: 'Odd',
        sessionAffinity: 'Odd',
        ports: [{ name: 'a', port: 80, protocol: 'Odd' }, { name: 'a', port: 99999 }, { port: 3 }],
      },
    }),
    refused('number that is text', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { replicas: '1' },
    }),
    refused('number with a fraction', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { replicas: 1.5 },
    }),
    refused('map where a list is wanted', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { template: { spec: { containers: { name: 'c' } } } },
    }),
    refused('quantity that is none', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta('p'),
      spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: 'much' } } }] },
    }),
    refused('fields that the kind does not have', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('d'),
      spec: { template: { spec: { containers: [{ name: 'c', image: 'i', prts: [] }] } }, x: 1 },
    }),
    {
      id: 'the same, not minded',
      kubectl: 'create --validate=ignore -f - -o json',
      stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"extra","namespace":"talk-valid"},"foo":1}',
    },
    {
      id: 'the same, with a word',
      kubectl: 'create --validate=warn -f -',
      stdin:
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"extra2","namespace":"talk-valid"},"foo":1,"bar":2}',
    },
    refused('finalizer without a domain', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...meta('f'), finalizers: ['x'] },
    }),
    refused('key with a slash', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('k'), data: { 'a/b': '' } }),
    refused('certificate without its key', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta('c'),
      type: 'kubernetes.io/tls',
    }),
    refused('role without verbs', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: meta('r'),
      rules: [{ apiGroups: [''], resources: ['pods'] }],
    }),
    refused('storage class of nobody', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 's' },
    }),
    {
      ...refused('good deployment', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: meta('keep'),
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'keep' } },
          template: { metadata: { labels: { app: 'keep' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        },
      }),
      silent: true,
    },
    {
      id: 'selector that must not change',
      kubectl:
        'patch deployment keep -n talk-valid --type=merge -p {"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}',
    },
    {
      id: 'name that must not change',
      kubectl: 'patch deployment keep -n talk-valid --type=merge -p {"metadata":{"name":"other"}}',
    },
  ],
};
