/** The emulated mother: its API server with all its objects, its controllers, and the services behind its ingress. */
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabMark } from 'catalyst/sovereign/lab-mark.js';
import type { Clock } from 'catalyst/support/clock.js';
import pLimit from 'p-limit';
import type { Component } from '../components/component.js';
import { isTrue } from '../controllers/conditions.js';
import { isAvailable } from '../controllers/reconciler.js';
import { type Controllers, startMotherControllers } from '../controllers/start.js';
import type { CertificateAuthority, LabWorld } from '../controllers/world.js';
import { createLabKube, type LabKube } from '../kubernetes/client/client.js';
import type { Faults } from '../requests/faults.js';
import type { LabHandler } from '../requests/http-server.js';
import { ownAgent, type RequestLog, withoutOwn } from '../requests/request-log.js';
import type { CatalystApi } from '../servers/mother/catalyst-api.js';
import { type Claims, createClaims } from '../servers/mother/claims.js';
import { type MotherContents, motherContents } from '../servers/mother/contents.js';
import { motherAddress, poolRows } from '../servers/mother/dns-data.js';
import { writeRecords } from '../servers/mother/records.js';
import { motherServices } from '../servers/mother/services.js';
import type { Zones } from '../servers/zones.js';
import type { ClusterApi, ClusterEngine } from './cluster-api.js';
import { markCluster } from './mark.js';
import { nodeObject, registerNode } from './node-object.js';

export interface Mother {
  api: ClusterApi;
  controllers: Controllers;
  kube: LabKube;
  claims: Claims;
  /** PowerDNS's API without the ingress, for callers on this machine. */
  powerDns: LabHandler;
  /** Resolves once its workloads, certificates and Kustomizations are as on a mother that has been up for long. */
  settled(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface MotherOptions {
  /** What the cluster is made of. */
  engine: ClusterEngine;
  directory: string;
  fqdn: string;
  mark: LabMark;
  zones: Zones;
  powerDnsApiKey: string;
  /** Clone address of the Git repository that its Flux reads. */
  repository: string;
  authority: CertificateAuthority;
  acmeRoot?: LabWorld['acmeRoot'];
  outside: NonNullable<LabWorld['outside']>;
  kubectl: NonNullable<LabWorld['kubectl']>;
  /** Where her Pods reach api.hetzner.cloud. */
  cloud: NonNullable<LabWorld['cloud']>;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  onError?: (rule: string, key: string, message: string) => void;
}

export async function startMother(options: MotherOptions): Promise<Mother> {
  const { engine, directory, fqdn, zones, powerDnsApiKey, authority, outside, log, faults, clock, signal } = options;
  const claims = createClaims(join(directory, 'claims'));
  writeRecords(claims, fqdn);
  const services = motherServices({ claims, zones, powerDnsApiKey, faults, clock });
  const cut = fqdn.indexOf('.');
  for (const row of poolRows(fqdn.slice(cut + 1), fqdn.slice(0, cut))) services.pdm.add(row);

  const api = await engine.start({
    name: 'mother',
    directory: join(directory, 'engines', 'mother'),
    log: withoutOwn(log),
    faults,
    clock,
    ca: authority,
    dnsNames: [],
    ipAddresses: [],
  });
  const kube = createLabKube(api.kubeconfig(), `${ownAgent}controllers`);
  const contents = motherContents({ fqdn, powerDnsApiKey, git: options.repository });
  const flux = engine.crds.names().filter((crd) => crd.endsWith('.toolkit.fluxcd.io'));
  const own = contents.crds.map((crd) => engine.crds.object(crd.metadata.name) ?? crd);
  const crds = [...new Set([...own, ...flux.map((crd) => engine.crds.object(crd)!)])];
  await markCluster(kube, options.mark, { clock, signal });
  await fill(kube, { ...contents, crds }, clock, signal);
  const controllers = await startMotherControllers({
    kube,
    world: {
      blueprints: [],
      role: 'mother',
      fqdn: 'openova.io',
      authority,
      ...(options.acmeRoot ? { acmeRoot: options.acmeRoot } : {}),
      cacheDir: join(directory, 'cache', 'mother'),
      nodes: () => [{ name: 'contabo', address: '10.9.0.2', publicAddress: motherAddress, role: 'control-plane' }],
      outside,
      kubectl: options.kubectl,
      cloud: options.cloud,
      claims,
      components: [behind(services.handlers)],
    },
    faults,
    log,
    signal,
    clock,
    ...api.parts,
    onError: options.onError,
  });
  api.attach(controllers);
  followProcess(kube, services.catalystApi, signal);
  return {
    api,
    controllers,
    kube,
    claims,
    powerDns: services.handlers.get('openova-system/powerdns')!,
    settled: (until) => settled(controllers, clock, until),
    async close() {
      await controllers.stop();
      kube.close();
      await api.close();
    },
  };
}

const behind = (handlers: ReadonlyMap<string, LabHandler>): Component => {
  const keyOf = (service: { metadata: { namespace?: string; name: string } }) =>
    `${service.metadata.namespace}/${service.metadata.name}`;
  return {
    name: 'mother',
    emulates: (service) => handlers.has(keyOf(service)),
    handle: (request, { service }) => handlers.get(keyOf(service))!(request),
  };
};

async function fill(kube: LabKube, contents: MotherContents, clock: Clock, signal: AbortSignal): Promise<void> {
  const limit = pLimit(16);
  const apply = (objects: MotherContents['objects']) =>
    Promise.all(objects.map((object) => limit(() => kube.apply(object, { fieldManager: 'kubectl' }))));
  const node = { name: 'contabo', address: '10.9.0.2', publicAddress: motherAddress, role: 'control-plane' as const };
  await apply([...contents.crds, ...contents.namespaces, localPath]);
  await registerNode(kube, nodeObject({ ...node, version: 'v1.31.4+k3s1', cores: 4, memoryGi: 11 }));
  for (const crd of contents.crds) await established(kube, crd, clock, signal);
  await apply(contents.objects);
}

/** A real API server serves a kind some time after it has taken its definition. */
async function established(
  kube: LabKube,
  { apiVersion, kind, metadata }: KubeObject,
  clock: Clock,
  signal: AbortSignal,
) {
  const isServed = async () => {
    const crd = await kube.get({ apiVersion, kind, name: metadata.name });
    if (!crd || !isTrue(crd, 'Established')) return false;
    const { group, versions } = crd.spec as { group: string; versions: { name: string; served: boolean }[] };
    const version = versions.find((one) => one.served)?.name;
    return (await kube.raw(`/apis/${group}/${version}`)).body.includes(`"${crd.spec.names.plural}"`);
  };
  while (!(await isServed())) await clock.sleep(50, signal);
}

const localPath = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** catalyst-api's process lives with its Pods: memory is lost when they go. */
function followProcess(kube: LabKube, api: CatalystApi, signal: AbortSignal): void {
  const deployments = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst' };
  const isUp = ({ spec, status }: KubeObject) => spec?.replicas !== 0 && (status?.readyReplicas ?? 0) > 0;
  api.follow(async () => {
    const object = await kube.get({ ...deployments, name: 'catalyst-api' });
    return object !== undefined && isUp(object);
  });
  void kube
    .watch(
      deployments,
      ({ type, object }) => {
        if (object.metadata.name !== 'catalyst-api') return;
        if (type !== 'DELETED' && isUp(object)) api.start();
        else api.stop();
      },
      signal,
    )
    .catch(() => undefined);
}

/** Throws what is not there yet once `signal` aborts. */
async function settled({ lab }: Controllers, clock: Clock, signal: AbortSignal): Promise<void> {
  const missing = (kind: string, is: (object: KubeObject) => boolean): string[] => {
    const objects = lab.store.list(kind);
    const short = kind.slice(kind.lastIndexOf('/') + 1);
    if (objects.length === 0) return [`${short} (none)`];
    return objects.filter((one) => !is(one)).map(({ metadata }) => `${short} ${metadata.namespace}/${metadata.name}`);
  };
  const isReady = (one: KubeObject) => isTrue(one, 'Ready');
  const unsettled = () => [
    ...missing('apps/v1/Deployment', isAvailable),
    ...missing('cert-manager.io/v1/Certificate', isReady),
    ...missing('kustomize.toolkit.fluxcd.io/v1/Kustomization', isReady),
  ];
  for (let left = unsettled(); left.length > 0; left = unsettled())
    await clock.sleep(25, signal).catch((cause) => {
      throw new Error(`The mother did not settle; not ready: ${left.join(', ')}.`, { cause });
    });
}
