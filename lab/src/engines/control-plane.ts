/** A real control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { toYaml, toYamlStream } from 'catalyst/support/yaml/write-yaml.js';
import { createTransport } from '../kubernetes/client/client-transport.js';
import { ownAgent } from '../requests/request-log.js';
import type { Engines } from './build/cache.js';
import { type Children, createChildren } from './children.js';
import { freePorts } from './free-ports.js';
import { createPki, kubeconfigText, type Pki } from './pki.js';

export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  url: string;
  port: number;
  pki: Pki;
  children: Children;
  /** The admin's (group system:masters) unless credentials are given. */
  kubeconfig(options?: Partial<Parameters<typeof kubeconfigText>[0]>): string;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  name: string;
  directory: string;
  engines: Engines;
  clock: Clock;
  signal: AbortSignal;
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  /** Unix socket of the HTTP proxy through which the API server reaches Services and Pods; left out, it reaches none. */
  egressSocket?: string;
  /** Where the API server reports what it was asked. */
  auditUrl?: string;
  say: (text: string) => void;
}

/** Resolves when the API server is ready; controllers and scheduler follow by themselves. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { name, directory, engines, clock, signal, egressSocket, auditUrl, say } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (file: string, text: string) => {
    writeFileSync(join(directory, file), text, { mode: 0o600 });
    return join(directory, file);
  };
  const [etcdPort = 0, peerPort = 0, port = 0, managerPort = 0, schedulerPort = 0, kwokPort = 0] = await freePorts(6);
  const pki = await createPki({
    directory: join(directory, 'pki'),
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', ...options.dnsNames],
    ipAddresses: [...new Set(['127.0.0.1', '10.43.0.1', ...options.ipAddresses])],
  });
  const url = `https://127.0.0.1:${port}`;
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const kubeconfig: ControlPlane['kubeconfig'] = (more = {}) =>
    kubeconfigText({ name, server: url, authority: pki.authority.certificate, credentials: pki.admin, ...more });
  const adminFile = write('admin.kubeconfig', kubeconfig());
  const [managerFile, schedulerFile] = await Promise.all(
    ['controller-manager', 'scheduler'].map(async (role) => {
      const credentials = await pki.client(`system:kube-${role}`);
      return write(`${role}.kubeconfig`, kubeconfig({ credentials }));
    }),
  );
  const children = createChildren({ directory, clock, say: (text) => say(`${name}: ${text}`) });
  const start = (program: string, args: readonly string[]) =>
    children.start(program, { file: engines.program(program), args });

  start('etcd', [
    ...['--name=lab', `--data-dir=${join(directory, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
    ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=${peer}`],
    ...[`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=lab=${peer}`],
  ]);
  start('kube-apiserver', [
    `--etcd-servers=${etcd}`,
    ...['--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`],
    // loopback is no address that an Endpoints object may hold
    '--endpoint-reconciler-type=none',
    ...[`--tls-cert-file=${pki.file('apiserver.crt')}`, `--tls-private-key-file=${pki.file('apiserver.key')}`],
    `--client-ca-file=${pki.file('ca.crt')}`,
    ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${pki.file('sa.pub')}`],
    `--service-account-signing-key-file=${pki.file('sa.key')}`,
    '--service-cluster-ip-range=10.43.0.0/16',
    ...['--authorization-mode=Node,RBAC', '--anonymous-auth=true', '--allow-privileged=true', '--profiling=false'],
    ...[
      `--requestheader-client-ca-file=${pki.file('front-proxy-ca.crt')}`,
      '--requestheader-group-headers=X-Remote-Group',
    ],
    ...['--requestheader-allowed-names=front-proxy-client', '--requestheader-username-headers=X-Remote-User'],
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    ...[
      `--proxy-client-cert-file=${pki.file('front-proxy.crt')}`,
      `--proxy-client-key-file=${pki.file('front-proxy.key')}`,
    ],
    ...(egressSocket
      ? [`--egress-selector-config-file=${write('egress.yaml', toYaml(egressSelector(egressSocket)))}`]
      : []),
    ...(auditUrl
      ? [
          `--audit-policy-file=${write('audit-policy.yaml', toYaml(auditPolicy))}`,
          `--audit-webhook-config-file=${write('audit.kubeconfig', toYaml(auditTarget(auditUrl)))}`,
          '--audit-webhook-batch-max-wait=1s',
        ]
      : []),
  ]);
  await ready(url, kubeconfig(), clock, AbortSignal.any([signal, AbortSignal.timeout(60_000)]));
  start('kube-controller-manager', [
    ...[`--kubeconfig=${managerFile}`, '--bind-address=127.0.0.1', `--secure-port=${managerPort}`],
    ...['--leader-elect=false', '--use-service-account-credentials=true'],
    ...[`--service-account-private-key-file=${pki.file('sa.key')}`, `--root-ca-file=${pki.file('ca.crt')}`],
    ...[`--cluster-signing-cert-file=${pki.file('ca.crt')}`, `--cluster-signing-key-file=${pki.file('ca.key')}`],
  ]);
  start('kube-scheduler', [
    ...[`--kubeconfig=${schedulerFile}`, '--bind-address=127.0.0.1', `--secure-port=${schedulerPort}`],
    '--leader-elect=false',
  ]);
  startKwok(children, { engines, directory, kubeconfig: adminFile, port: kwokPort });
  return { url, port, pki, children, kubeconfig, stop: () => children.stop() };
}

/** Keeps the leases of all nodes and ends Pods; as whom says the file `kubeconfig`. */
export function startKwok(
  children: Children,
  options: { engines: Engines; directory: string; kubeconfig: string; port: number },
): void {
  const config = join(options.directory, 'stages.yaml');
  writeFileSync(config, toYamlStream(stages), { mode: 0o600 });
  children.start('kwok', {
    file: options.engines.program('kwok'),
    args: [
      ...[`--kubeconfig=${options.kubeconfig}`, '--manage-all-nodes=true', '--node-lease-duration-seconds=40'],
      ...['--cidr=10.244.0.0/16', '--node-ip=127.0.0.1', `--server-address=127.0.0.1:${options.port}`],
      `--config=${config}`,
    ],
  });
}

/** What goes to Services and Pods has no way there but the lab's own network. */
const egressSelector = (socket: string) => ({
  apiVersion: 'apiserver.k8s.io/v1beta1',
  kind: 'EgressSelectorConfiguration',
  egressSelections: [
    { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } } },
  ],
});

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted', 'Panic'],
  rules: [
    {
      level: 'None',
      users: ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'],
    },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'None', nonResourceURLs: ['/livez*', '/readyz*', '/healthz*'] },
    { level: 'Metadata' },
  ],
};

const auditTarget = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'lab', cluster: { server } }],
  contexts: [{ name: 'lab', context: { cluster: 'lab', user: '' } }],
  'current-context': 'lab',
});

/** kwok keeps the leases of nodes alive by itself; beyond that it only ends Pods. Who is Ready says the lab's kubelet. */
const stages = [
  {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: 'pod-delete' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: { matchExpressions: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }] },
      next: { delete: true },
    },
  },
  {
    // matches nothing: without any stage for nodes kwok would not hold their leases
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: 'node-lease' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Node' },
      selector: { matchExpressions: [{ key: '.metadata.labels["kwok.x-k8s.io/none"]', operator: 'Exists' }] },
      next: { statusTemplate: 'phase: Running' },
    },
  },
];

async function ready(url: string, kubeconfig: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const transport = createTransport(kubeconfig, `${ownAgent}start`);
  try {
    for (;;) {
      const answer = await transport.raw('GET', '/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      await clock.sleep(100, signal).catch(() => {
        throw new Error(`the API server at ${url} did not get ready`);
      });
    }
  } finally {
    transport.close();
  }
}
