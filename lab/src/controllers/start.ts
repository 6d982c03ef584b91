/** Starts what moves in a cluster of the lab: controllers, operators, components, its network and its ingress. */
import { mkdir } from 'node:fs/promises';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import { type CallService, type Component, createServiceCalls, serviceName } from '../components/component.js';
import { httpd } from '../components/httpd.js';
import { NOTIFICATION_KINDS } from '../components/notification.js';
import { sovereignComponents } from '../components/of-sovereign.js';
import { createOpenBao } from '../components/openbao.js';
import { createTelemetry } from '../components/telemetry.js';
import { type Ingress, startIngress } from '../components/traefik/ingress.js';
import { ROUTED_KINDS } from '../components/traefik/traefik-routes.js';
import { whoami } from '../components/whoami.js';
import type { LabKube } from '../kubernetes/client/client.js';
import type { Faults } from '../requests/faults.js';
import type { LabHandler, LabRequest } from '../requests/http-server.js';
import type { RequestLog } from '../requests/request-log.js';
import { createChartRenderer } from './flux/chart-render.js';
import { createChartSource } from './flux/charts.js';
import { HELM_RELEASE } from './flux/helm-names.js';
import { KUSTOMIZATION } from './flux/kustomizations.js';
import { motherJobs } from './mother/mother-jobs.js';
import { OWNED } from './namespaces.js';
import { EGRESS_POLICY, egressTo } from './network/egress.js';
import { type ClusterNetwork, createClusterNetwork } from './network/network.js';
import { openServiceProxy, type ServiceProxy } from './network/service-proxy.js';
import { admissionWebhooks } from './network/webhooks.js';
import { databasePrograms } from './platform/cnpg-backups.js';
import { openBaoJobs } from './platform/openbao-jobs.js';
import { sealingKeyMissing } from './platform/sealed-secrets.js';
import { zoneSync } from './platform/zone-sync.js';
import { createReconciler, type ReconcileContext, type Rule } from './reconciler.js';
import { kubernetesAndFlux, platformRules, type RealOperators } from './rules.js';
import { kubelet } from './workloads/kubelet.js';
import { nodes } from './workloads/nodes.js';
import { apiUnreachable } from './workloads/programs/api-client.js';
import { createProbes } from './workloads/programs/probes.js';
import { createRunner, type RunPod } from './workloads/programs/programs.js';
import { sovereignJobs } from './workloads/programs/sovereign-jobs.js';
import type { LabWorld } from './world.js';

export interface StartOptions {
  kube: LabKube;
  world: LabWorld;
  faults: Faults;
  log: RequestLog;
  signal: AbortSignal;
  clock?: Clock;
  /** The API server's register of what answers behind Services, for its proxy and its webhooks. */
  register?: (namespace: string, service: string, handler: LabHandler) => () => void;
  onError?: (rule: string, key: string, message: string) => void;
  /** Of a real cluster: what it takes there, instead of Kubernetes and Flux, beside what cannot run without containers. */
  real?: (network: ClusterNetwork) => Promise<RealParts>;
}

export interface RealParts {
  rules: readonly Rule[];
  /** Real programs behind Services; they come before an emulated one. */
  components: readonly Component[];
  operators: RealOperators;
  /** Loopback ports of a real program that is the ingress; undefined: it is emulated. */
  ingress?: { http: number; https: number } | undefined;
  /** Loopback port of a real program that answers for that port of a Service, as it is; undefined: it is emulated. */
  lead(namespace: string, service: string, port: number): number | undefined;
  /** Scripts of Jobs that run as they stand; undefined: that Pod's is emulated. */
  script: RunPod<undefined>;
}

export interface Controllers {
  lab: ReconcileContext;
  ingress: Ingress;
  call: CallService;
  /** The way to Services and Pods for whoever has none of his own. */
  proxy: ServiceProxy;
  /** True while a pod of the DaemonSet that answers DNS on the nodes runs (dnsdist). */
  answersDns(): boolean;
  stop(): Promise<void>;
}

const STORAGE_CLASS = 'storage.k8s.io/v1/StorageClass';

/** That k3s brings. */
const localPath = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'local-path',
    annotations: { defaultVolumeType: 'local', 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
};

const WORKLOADS = ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'v1/Namespace'];

/** The Sovereign's. Stops when `signal` aborts, or by `stop()`. */
export const startControllers = (options: StartOptions): Promise<Controllers> => start(options, 'ingress');

/** The mother's: workloads, Jobs, Flux that puts back what was scaled down, certificates, and an ingress that is always there. */
export const startMotherControllers = (options: StartOptions): Promise<Controllers> => start(options, 'mother-ingress');

async function start(options: StartOptions, name: 'ingress' | 'mother-ingress'): Promise<Controllers> {
  const { world, faults, log, clock = systemClock } = options;
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  await mkdir(world.cacheDir, { recursive: true, mode: 0o700 });

  const openbao = createOpenBao();
  const telemetry = createTelemetry();
  const network = await createClusterNetwork({
    cacheDir: world.cacheDir,
    authority: world.authority.certificate + (world.acmeRoot ?? ''),
    isInside: (host) => serviceName(host) !== undefined,
    answer: (request, host, port, body) => {
      const at = serviceName(host)!;
      return call(at.namespace, at.name, port, toLabRequest(request, body));
    },
    inside: (host, port) => proxy(host, port),
    dial: async (host, port) => (await egressTo(lab, host, port)).place,
  });
  const real = await options.real?.(network);
  const parts: Component[] = [
    ...(world.components ?? []),
    admissionWebhooks,
    ...(real?.components ?? []),
    ...(world.role === 'mother' ? [] : sovereignComponents({ lab: () => lab, world, openbao, telemetry })),
    whoami,
    httpd,
  ];
  const exec = createExec(createRedactor());
  const charts = createChartSource({ network, cacheDir: world.cacheDir, signal });
  const helm = world.helm ?? (() => Promise.reject(new Error('this lab has no helm')));
  const renderer = createChartRenderer({ exec, helm, cacheDir: world.cacheDir });
  const run = createRunner({
    probes: world.role === 'mother' ? {} : { ...createProbes({ openbao, telemetry }), ...databasePrograms },
    jobs: world.claims ? motherJobs(world.claims) : sovereignJobs,
    containers: { 'zone-sync': zoneSync, ...openBaoJobs(openbao) },
    script: real?.script,
  });
  const rules: Rule[] = [
    nodes,
    kubelet({ run, unready: (pod, at) => whyUnready(pod, at, parts), realCluster: real !== undefined }),
    ...(real?.rules ?? kubernetesAndFlux({ exec, network, charts, renderer })),
    ...platformRules({ world, openbao, real: real?.operators }),
    ...(options.register ? [registration(options.register, () => call)] : []),
  ];
  const lab: ReconcileContext = createReconciler({
    kube: options.kube,
    world,
    faults,
    clock,
    signal,
    rules,
    onError: options.onError,
  });
  followReadKinds(lab, real !== undefined);
  const call = createServiceCalls(lab, parts);
  const lead = real?.lead ?? (() => undefined);
  const proxy = openServiceProxy({ authority: world.authority, lab, call, lead });
  const ingress = real?.ingress
    ? { http: { port: real.ingress.http }, https: { port: real.ingress.https }, close: async () => undefined }
    : await startIngress({ lab, call, log, faults, name });
  if (world.role === 'sovereign')
    void untilServed(options.kube, clock, signal)
      .then(() => lab.apply(localPath))
      .catch(() => undefined);

  return {
    lab,
    ingress,
    call,
    proxy,
    answersDns: () =>
      lab.store
        .list('apps/v1/DaemonSet')
        .some(({ metadata, status }) => metadata.name === 'dnsdist' && status?.numberReady > 0),
    async stop() {
      stopped.abort(new Error('the lab stops'));
      await ingress.close();
      await network.close();
    },
  };
}

/** Kinds that no rule reconciles, and that something reads. */
function followReadKinds(lab: ReconcileContext, real: boolean): void {
  const read = [
    ...[EGRESS_POLICY, ...ROUTED_KINDS, ...OWNED, 'v1/ConfigMap', 'v1/ServiceAccount', STORAGE_CLASS],
    ...NOTIFICATION_KINDS,
  ];
  // where real Flux acts, others still read what it says
  const byFlux = real ? [HELM_RELEASE, KUSTOMIZATION, ...WORKLOADS, 'v1/Service'] : [];
  for (const kind of [...read, ...byFlux]) lab.store.follow(kind);
}

/** The Sovereign's API begins to answer when its first server runs. */
async function untilServed(kube: LabKube, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await kube.raw('/readyz').catch(() => undefined);
    if (answer?.status === 200) return;
    await clock.sleep(250, signal);
  }
}

async function whyUnready(
  pod: Parameters<Required<Component>['unready']>[0],
  lab: ReconcileContext,
  components: readonly Component[],
): Promise<string | undefined> {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (lab.faults.holds('not-ready', name)) return 'Readiness probe failed: a lab fault holds it back';
  const reasons = [sealingKeyMissing(pod, lab), ...components.map((component) => component.unready?.(pod, lab))];
  return reasons.find((reason) => reason !== undefined) ?? apiUnreachable(pod, lab);
}

/** Every Service of the cluster answers at the API server's proxy and for its webhooks as it does in the cluster. */
function registration(register: NonNullable<StartOptions['register']>, call: () => CallService): Rule {
  const done = new Set<string>();
  return {
    name: 'service backends',
    kind: 'v1/Service',
    async reconcile({ metadata: { namespace, name }, spec }) {
      const key = `${namespace}/${name}`;
      if (done.has(key)) return;
      done.add(key);
      register(namespace!, name, (request) => call()(namespace!, name, spec.ports?.[0]?.port ?? 80, request));
    },
  };
}

function toLabRequest(raw: LabRequest['raw'], body: Buffer): LabRequest {
  const url = new URL(raw.url ?? '/', 'http://inside');
  return { method: raw.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: raw.headers, body, raw };
}
