/** The two ingresses that are compared: the emulated one, and Traefik itself at a control plane that holds the same objects. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeObject, registerNode } from '../../../../lab/src/clusters/node-object.js';
import { type Component, createServiceCalls } from '../../../../lab/src/components/component.js';
import { startIngress } from '../../../../lab/src/components/traefik/ingress.js';
import type { ReconcileContext } from '../../../../lab/src/controllers/reconciler.js';
import { keyOf, kindOf } from '../../../../lab/src/controllers/store.js';
import { findEngines } from '../../../../lab/src/engines/build/cache.js';
import { upstreamCrds } from '../../../../lab/src/engines/build/upstream-crds.js';
import { createChildren } from '../../../../lab/src/engines/children.js';
import { type ControlPlane, startControlPlane } from '../../../../lab/src/engines/control-plane.js';
import { realTraefik } from '../../../../lab/src/engines/programs/real-traefik.js';
import { forwardTo } from '../../../../lab/src/internet/forward.js';
import { openSocksProxy } from '../../../../lab/src/internet/socks-proxy.js';
import { createLabKube, type LabKube } from '../../../../lab/src/kubernetes/client/client.js';
import { createFaults } from '../../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../../lab/src/requests/request-log.js';
import { accountsOf } from '../../../../lab/src/stub-charts/accounts.js';
import { type KubeObject, refOfObject } from '../../../../src/kubernetes/client/kube.js';
import { systemClock as clock } from '../../../../src/support/clock.js';
import { addressOf, ingressObjects, nodeName } from './objects.js';
import type { Ports, Settings } from './turns.js';

export interface Ingresses {
  emulated: Record<Settings, Ports>;
  real: Record<Settings, Ports>;
  close(): Promise<void>;
}

/** As the chart gives them; of the bare one less. */
const flags: Record<Settings, string[]> = {
  bare: [
    ...['web', 'websecure', 'traefik', 'metrics'].map(
      (name, index) => `--entryPoints.${name}.address=:${8000 + index}/tcp`,
    ),
    ...['--global.checkNewVersion=false', '--ping=true', '--log.level=INFO', '--metrics.prometheus=true'],
    ...['--providers.kubernetescrd', '--providers.kubernetescrd.allowEmptyServices=true'],
    ...['--providers.kubernetesingress', '--providers.kubernetesingress.allowEmptyServices=true'],
    '--providers.kubernetescrd.defaultTLSResourcesNamespace=traefik',
  ],
  get tree() {
    const to = '--entryPoints.web.http.redirections.entryPoint';
    return [
      ...this.bare,
      ...[`${to}.to=:443`, `${to}.scheme=https`, `${to}.permanent=true`, '--entryPoints.websecure.http.tls=true'],
    ];
  },
};
const both = ['tree', 'bare'] as const;

/** What a backend tells of a request. */
function seen(
  backend: string,
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: string,
) {
  const told = Object.entries(headers).filter(
    ([name]) => name === 'host' || name === 'content-type' || name.startsWith('x-'),
  );
  return { backend, method, path: url, body, headers: Object.fromEntries(told.sort()) };
}

/** Traefik's Deployment and Pod. */
function deployed(settings: Settings): KubeObject[] {
  const metadata = {
    name: 'traefik',
    namespace: 'traefik',
    uid: 'traefik',
    labels: { 'app.kubernetes.io/name': 'traefik' },
  };
  const spec = { serviceAccountName: 'traefik', containers: [{ name: 'traefik', args: flags[settings] }] };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec } } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running' } },
  ];
}

/** As much of a cluster as both look at. */
function labOf(objects: readonly KubeObject[], kube?: LabKube): ReconcileContext {
  const list = (kind: string, namespace?: string) =>
    objects.filter((one) => kindOf(one) === kind && (namespace === undefined || one.metadata.namespace === namespace));
  return {
    ...{ kube, clock, signal: new AbortController().signal, recheck: () => undefined },
    store: {
      list,
      get: (kind: string, namespace: string | undefined, name: string) =>
        list(kind).find((one) => keyOf(one) === `${namespace ?? ''}/${name}`),
    },
  } as unknown as ReconcileContext;
}

export async function startIngresses(): Promise<Ingresses> {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-ingress-talk-'));
  const closing: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const one of closing.reverse()) await one();
  };
  try {
    const plane = await startControlPlane({
      ...{ name: 'real', directory, engines: findEngines(process.env), clock, signal: AbortSignal.timeout(120_000) },
      ...{ dnsNames: [], ipAddresses: [], say: () => undefined },
    });
    const kube = createLabKube(plane.kubeconfig(), 'ingress-talk');
    closing.push(
      () => plane.stop(),
      () => kube.close(),
    );
    const objects = await fill(kube);
    const emulated = await playedOnes(objects, closing);
    const real = await realOnes(plane, kube, directory, closing);
    return { emulated, real, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function playedOnes(
  objects: readonly KubeObject[],
  closing: (() => unknown)[],
): Promise<Record<Settings, Ports>> {
  const echo: Component = {
    name: 'echo',
    emulates: () => true,
    handle(request, { service, port }) {
      const { method, path, query, headers, body } = request;
      const url = `${path}${query.size > 0 ? `?${query}` : ''}`;
      const name = `${service.metadata.namespace}/${service.metadata.name}:${port}`;
      return { status: 200, body: seen(name, { method, url, headers }, `${body}`) };
    },
  };
  const started = both.map(async (settings) => {
    const lab = labOf([...objects, ...deployed(settings)]);
    const tools = { log: createRequestLog(), faults: createFaults() };
    const ingress = await startIngress({ lab, call: createServiceCalls(lab, [echo]), name: 'ingress', ...tools });
    closing.push(() => ingress.close());
    return [settings, { http: ingress.http.port, https: ingress.https.port }] as const;
  });
  return Object.fromEntries(await Promise.all(started)) as Record<Settings, Ports>;
}

async function realOnes(
  plane: ControlPlane,
  kube: LabKube,
  directory: string,
  closing: (() => unknown)[],
): Promise<Record<Settings, Ports>> {
  const pods = await openPods(closing);
  const started = both.map(async (settings) => {
    const folder = join(directory, settings);
    const children = createChildren({ directory: folder, clock, say: () => undefined });
    closing.push(() => children.stop());
    const network = () => ({ proxy: '', socks: pods, caFile: plane.pki.file('ca.crt') });
    const options = { plane: { children, kubeconfig: plane.kubeconfig }, engines: findEngines(process.env) };
    const { rule, ingress } = await realTraefik({ ...options, directory: folder, network });
    const own = deployed(settings);
    await rule.reconcile(own[0]!, labOf(own, kube));
    closing.push(() => rule.gone!(own[0]!, labOf([])));
    return [settings, ingress] as const;
  });
  return Object.fromEntries(await Promise.all(started)) as Record<Settings, Ports>;
}

/** All Pods of the cluster by a SOCKS proxy: on each of their ports answers one that tells what it saw. */
async function openPods(closing: (() => unknown)[]): Promise<string> {
  const servers = new Map<string, Promise<number>>();
  const open = (name: string) =>
    new Promise<number>((resolve) => {
      const server: Server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(seen(name, request, `${Buffer.concat(chunks)}`)));
      });
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      closing.push(() => server.close().closeAllConnections());
    });
  const connect = async (address: string, port: number) => {
    const [service] = [...addressOf].find(([, one]) => one === address) ?? [];
    if (!service) return undefined;
    const name = `${service}:${port}`;
    if (!servers.has(name)) servers.set(name, open(name));
    return forwardTo({ port: await servers.get(name)! });
  };
  const proxy = await openSocksProxy({ connect });
  closing.push(() => proxy.close());
  return proxy.url;
}

/** Puts all objects into the control plane; they come back as it keeps them. */
async function fill(kube: LabKube): Promise<KubeObject[]> {
  const crds = upstreamCrds(findEngines(process.env), (engine) => engine === 'crds-traefik');
  await Promise.all(crds.names().map((name) => kube.apply(crds.object(name)!)));
  await registerNode(
    kube,
    nodeObject({ name: nodeName, address: '10.0.1.2', role: 'worker', version: 'v1.36.3', cores: 8, memoryGi: 16 }),
  );
  const kept: KubeObject[] = [];
  for (const object of [...(await ingressObjects()), ...accountsOf('traefik', 'traefik', 'traefik')!]) {
    const { status, ...spec } = object;
    const ref = refOfObject(object);
    await patiently(() => kube.apply(spec as KubeObject));
    if (status) await kube.patchStatus(ref, status);
  }
  // EndpointSlices are another's work
  const ready = [...addressOf.values()].slice(0, 3);
  await patiently(async () => {
    const slices = await kube.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' });
    const found = slices.flatMap(
      ({ endpoints }) => (endpoints ?? []) as { addresses: string[]; conditions: { ready: boolean } }[],
    );
    const there = found.filter(({ conditions }) => conditions.ready).flatMap(({ addresses }) => addresses);
    if (!ready.every((address) => there.includes(address))) throw new Error(`only ${there.join(' ')} is there`);
  });
  for (const object of await ingressObjects()) {
    const stored = await kube.get(refOfObject(object));
    if (stored) kept.push({ ...stored, apiVersion: object.apiVersion, kind: object.kind });
  }
  return kept;
}

/** What needs another's work first: a namespace's ServiceAccount, a new kind. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    const error = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) return;
    await clock.sleep(100, deadline).catch(() => {
      throw error;
    });
  }
}
