import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeProtobuf } from '../../src/kubernetes/kinds/protobuf.js';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
}, 60_000);
afterAll(() => rig.close());

/** What `kubectl create` sends with its typed clients, and what must be stored of it. */
const creations: [string, string, string, Record<string, unknown>][] = [
  ['configmap c --from-literal=a=b', '/configmaps', 'c', { data: { a: 'b' } }],
  ['secret generic s --from-literal=a=b', '/secrets', 's', { type: 'Opaque', data: { a: 'Yg==' } }],
  ['serviceaccount s', '/serviceaccounts', 's', {}],
  [
    'quota q --hard=pods=3,requests.cpu=2',
    '/resourcequotas',
    'q',
    { spec: { hard: { pods: '3', 'requests.cpu': '2' } } },
  ],
  [
    'role r --verb=get,list --resource=pods',
    'rbac.authorization.k8s.io/roles',
    'r',
    { rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }] },
  ],
  [
    'rolebinding b --role=r --serviceaccount=default:s',
    'rbac.authorization.k8s.io/rolebindings',
    'b',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'default' }],
    },
  ],
  [
    'deployment d --image=nginx:1 --replicas=2 --port=80',
    'apps/deployments',
    'd',
    {
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        template: {
          spec: { containers: [{ name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80, protocol: 'TCP' }] }] },
        },
      },
    },
  ],
  [
    'job j --image=busybox:1 -- echo hello',
    'batch/jobs',
    'j',
    { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ command: ['echo', 'hello'] }] } } } },
  ],
  [
    'cronjob k --image=busybox:1 --schedule=@daily',
    'batch/cronjobs',
    'k',
    { spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } } } },
  ],
  [
    'service nodeport n --tcp=80:8080',
    '/services',
    'n',
    { spec: { type: 'NodePort', ports: [{ name: '80-8080', port: 80, targetPort: 8080, protocol: 'TCP' }] } },
  ],
  [
    'ingress i --rule=example.org/*=n:80,tls=cert',
    'networking.k8s.io/ingresses',
    'i',
    {
      spec: {
        tls: [{ hosts: ['example.org'], secretName: 'cert' }],
        rules: [
          {
            host: 'example.org',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'n', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  ],
  [
    'poddisruptionbudget p --selector=a=b --min-available=50%',
    'policy/poddisruptionbudgets',
    'p',
    { spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } } },
  ],
];

it.each(creations)('kubectl create %s', async (args, key, name, expected) => {
  const made = await rig.kubectl(`create ${args}`);
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(rig.api.store.get(key, 'default', name)).toMatchObject(expected);
});

it('reads a message with an explicit zero, and refuses what it does not know', () => {
  const text = (field: number, value: string | Uint8Array) => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
  };
  const envelope = (apiVersion: string, kind: string, raw: Buffer) =>
    Buffer.concat([Buffer.from('k8s\0'), text(1, Buffer.concat([text(1, apiVersion), text(2, kind)])), text(2, raw)]);
  const zeroReplicas = Buffer.concat([text(1, text(1, 'web')), text(2, Buffer.from([0x08, 0x00]))]);
  expect(decodeProtobuf(envelope('apps/v1', 'Deployment', zeroReplicas))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 0 },
  });
  expect(() => decodeProtobuf(envelope('x.y/v1', 'Z', Buffer.alloc(0)))).toThrow('not understood');
});
