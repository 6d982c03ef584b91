import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { systemClock } from '../../../src/support/clock.js';
import { issueCertificate } from '../../src/certificates.js';
import type { ReconcileContext } from '../../src/controllers/reconciler.js';
import { realCertManager } from '../../src/engines/programs/real-cert-manager.js';
import type { RealPart } from '../../src/engines/real-parts.js';

const solver = 'cert-manager-webhook-pdns';
const namespace = 'cert-manager';
const metadata = (name: string) => ({ name, namespace, uid: name, labels: { 'app.kubernetes.io/name': name } });

let directory: string;
let parts: RealPart[];
let started: Map<string, { args: readonly string[]; env?: Record<string, string> }>;
let servers: Server[];
let secrets: KubeObject[];
let groups: object[];
let ended: AbortController;

const podOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name),
  spec: { serviceAccountName: name },
  status: { phase: 'Running' },
});

/** A cluster in which every Deployment has a running Pod. */
const lab = () =>
  ({
    clock: systemClock,
    signal: ended.signal,
    world: { resolver: '127.0.0.1:5300' },
    store: {
      list: () => ['cert-manager', 'cert-manager-webhook', 'cert-manager-cainjector', solver].map(podOf),
      get: (_kind: string, _namespace: string, name: string) => secrets.find((one) => one.metadata.name === name),
    },
    kube: {
      raw: async (path: string) => ({
        status: 200,
        body: JSON.stringify(path.endsWith('/token') ? { status: { token: `of ${path}` } } : { items: groups }),
      }),
    },
  }) as unknown as ReconcileContext;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'real-cert-manager-'));
  started = new Map();
  ended = new AbortController();
  servers = [];
  secrets = [];
  groups = [];
  const { certificate: cert, key } = await issueCertificate({ commonName: 'served' });
  parts = await realCertManager({
    directory,
    engines: { program: (name) => `/engines/${name}`, data: () => '', has: () => true },
    network: () => ({ proxy: 'http://127.0.0.1:1', socks: '', caFile: '/roots.pem' }),
    plane: {
      kubeconfig: (options) => JSON.stringify(options?.credentials),
      children: {
        start(name, { args, env }) {
          started.set(name, { args, ...(env ? { env } : {}) });
          const port = args.find((arg) => arg.startsWith('--secure-port='))?.split('=')[1];
          if (port) servers.push(createServer({ cert, key }).listen(Number(port), '127.0.0.1'));
          return { pid: 1, stop: async () => void started.delete(name) };
        },
        running: () => ({}),
        hold: async () => undefined,
        release: () => undefined,
        stop: async () => undefined,
      },
    },
  });
});
afterEach(async () => {
  ended.abort();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(directory, { recursive: true });
});

const look = async (name: string) => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata(name), spec: {} } as KubeObject;
  for (const { rule } of parts) await rule.reconcile(deployment, lab());
};
const unready = (name: string) => parts.map(({ component }) => component?.unready?.(podOf(name), lab())).find(Boolean);
const led = (service: string, port: number) =>
  parts.map(({ lead }) => lead?.(namespace, service, port)).find((to) => to !== undefined);

test('the controller asks the resolver of the lab, as the ServiceAccount of its Pod', async () => {
  await look('cert-manager');
  const { args, env } = started.get('cert-manager')!;
  expect(args).toContain('--dns01-recursive-nameservers=127.0.0.1:5300');
  expect(env).toMatchObject({ HTTPS_PROXY: 'http://127.0.0.1:1', SSL_CERT_FILE: '/roots.pem' });
  const kubeconfig = args.find((arg) => arg.startsWith('--kubeconfig='))!.split('=')[1]!;
  expect(readFileSync(kubeconfig, 'utf8')).toContain('serviceaccounts/cert-manager/token');
});

test('the webhook is led to where it listens, and its Pod is Ready once it does', async () => {
  expect(unready('cert-manager-webhook')).toMatch(/connection refused/);
  await look('cert-manager-webhook');
  expect(started.get('cert-manager-webhook')!.args).toContain(`--secure-port=${led('cert-manager-webhook', 443)}`);
  expect(led('cert-manager-webhook', 80)).toBeUndefined();
  expect(led('elsewhere', 443)).toBeUndefined();
  expect(unready('cert-manager-webhook')).toBeUndefined();
});

test('the solver waits for its certificate, and serves the group that leads to its Service', async () => {
  groups = [
    { spec: { group: 'metrics.k8s.io', service: { name: 'metrics', namespace: 'kube-system' } } },
    { spec: { group: 'acme.example.org', service: { name: solver, namespace } } },
  ];
  await look(solver);
  expect(started.has(solver)).toBe(false);
  const data = { 'tls.crt': Buffer.from('CERT').toString('base64'), 'tls.key': Buffer.from('KEY').toString('base64') };
  secrets = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${solver}-webhook-tls`, namespace }, data }];
  await look(solver);
  const { args, env } = started.get(solver)!;
  expect(env).toMatchObject({ GROUP_NAME: 'acme.example.org' });
  const file = args.find((arg) => arg.startsWith('--tls-private-key-file='))!.split('=')[1]!;
  expect(readFileSync(file, 'utf8')).toBe('KEY');
  expect(args).toContain('--bind-address=127.0.0.1');
});
