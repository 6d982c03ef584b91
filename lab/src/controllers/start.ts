/** Starts what moves in a cluster of the lab: controllers, operators, components, its network and its ingress. */
import { mkdir } from 'node:fs/promises';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import { catalystPlatform } from '../components/catalyst-platform.js';
import { type CallService, type Component, createServiceCalls, serviceName } from '../components/component.js';
import { gitea } from '../components/gitea.js';
import { harbor } from '../components/harbor.js';
import { type Ingress, startIngress } from '../components/ingress.js';
import { keycloak } from '../components/keycloak.js';
import { openNodePorts } from '../components/node-ports.js';
import { createOpenBao } from '../components/openbao.js';
import { powerdns } from '../components/powerdns.js';
import { createTelemetry } from '../components/telemetry.js';
import { ROUTED_KINDS } from '../components/traefik-routes.js';
import { whoami } from '../components/whoami.js';
import type { Faults } from '../faults.js';
import type { LabHandler, LabRequest } from '../http-server.js';
import type { LabKube } from '../kubernetes/client.js';
import type { RequestLog } from '../request-log.js';
import { certManager } from './cert-manager.js';
import { createChartRenderer } from './chart-render.js';
import { createChartSource } from './charts.js';
import { storageClaims } from './claims-of-storage.js';
import { cnpg } from './cnpg.js';
import { crossplane, openTofu } from './crossplane.js';
import { daemonSets } from './daemon-sets.js';
import { deployments } from './deployments.js';
import { EGRESS_POLICY, wayOut } from './egress.js';
import { createEngine, isAvailable, type Lab, type Rule } from './engine.js';
import { externalSecrets } from './external-secrets.js';
import { HELM_RELEASE } from './helm-names.js';
import { helmReleases } from './helm-releases.js';
import { jobs } from './jobs.js';
import { kubelet } from './kubelet.js';
import { KUSTOMIZATION, kustomizations } from './kustomizations.js';
import { kyverno } from './kyverno.js';
import { motherJobs } from './mother-jobs.js';
import { garbage, namespaces, OWNED } from './namespaces.js';
import { type ClusterNetwork, createClusterNetwork } from './network.js';
import { nodes } from './nodes.js';
import { createProbes } from './probes.js';
import { createRunner, type RunPod } from './programs.js';
import { runtimeCrds } from './runtime-crds.js';
import { sealedSecrets, sealingKeyMissing } from './sealed-secrets.js';
import { openServiceDoor, type ServiceDoor } from './service-door.js';
import { services } from './services.js';
import { sources } from './sources.js';
import { sovereignJobs } from './sovereign-jobs.js';
import { statefulSets } from './stateful-sets.js';
import { trivy } from './trivy.js';
import { velero } from './velero.js';
import { admissionWebhooks } from './webhooks.js';
import type { LabWorld } from './world.js';
import { zoneSync } from './zone-sync.js';

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
  /** Real programs behind Services; they come before a played one. */
  components: readonly Component[];
  /** Operators that are real too, and need not be played. */
  operators: { sealedSecrets: boolean; externalSecrets: boolean; certManager: boolean; crossplane: boolean };
  /** Loopback ports of a real program that is the ingress; undefined: it is played. */
  ingress?: { http: number; https: number } | undefined;
  /** Loopback port of a real program that answers for that port of a Service, as it is; undefined: it is played. */
  lead(namespace: string, service: string, port: number): number | undefined;
  /** Scripts of Jobs that run as they stand; undefined: that Pod's is played. */
  script: RunPod<undefined>;
}

export interface Controllers {
  lab: Lab;
  ingress: Ingress;
  call: CallService;
  /** The way to Services and Pods for whoever has none of his own. */
  door: ServiceDoor;
  /** True while every pod of the DaemonSet that answers DNS on the nodes runs (dnsdist). */
  answersDns(): boolean;
  stop(): Promise<void>;
}

/** Namespaces, StorageClass and controllers that k3s brings. */
const K3S = {
  storageClass: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'rancher.io/local-path',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  },
};

const WORKLOADS = ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job', 'v1/Namespace'];

/** What kube-controller-manager and k3s do. */
const kubernetesItself: Rule[] = [
  namespaces,
  deployments,
  statefulSets,
  daemonSets,
  jobs,
  storageClaims,
  services,
  ...[
    'apps/v1/Deployment',
    'apps/v1/ReplicaSet',
    'apps/v1/StatefulSet',
    'apps/v1/DaemonSet',
    'batch/v1/Job',
    'v1/Service',
  ].map(garbage),
];

/** The Sovereign's. Stops when `signal` aborts, or by `stop()`. */
export const startControllers = (options: StartOptions): Promise<Controllers> =>
  start(options, { name: 'ingress', nodePorts: { http: 31080, https: 31443 } });

/** The mother's: workloads, Jobs, Flux that puts back what was scaled down, certificates, and an ingress that is always there. */
export const startMotherControllers = (options: StartOptions): Promise<Controllers> =>
  start(options, { name: 'mother-ingress' });

async function start(
  options: StartOptions,
  about: { name: string; nodePorts?: { http: number; https: number } },
): Promise<Controllers> {
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
    inside: (host, port) => door(host, port),
    dial: (host, port) => {
      const isOwn = host === world.fqdn || host.endsWith(`.${world.fqdn}`);
      if (isOwn && (port === 443 || port === 80))
        return { host: '127.0.0.1', port: port === 443 ? ingress.https.port : ingress.http.port };
      return wayOut(lab, host, port).place;
    },
  });
  const real = await options.real?.(network);
  const parts: Component[] = [
    ...(world.components ?? []),
    admissionWebhooks,
    ...(real?.components ?? []),
    ...(world.role === 'mother'
      ? []
      : [
          gitea(() => lab, world.cacheDir),
          keycloak(),
          openbao,
          harbor(),
          ...telemetry.components,
          powerdns,
          catalystPlatform,
        ]),
    whoami,
  ];
  const exec = createExec(createRedactor());
  const charts = createChartSource({ network, cacheDir: world.cacheDir, signal });
  const helm = world.helm ?? (() => Promise.reject(new Error('this lab has no helm')));
  const renderer = createChartRenderer({ exec, helm, cacheDir: world.cacheDir });
  const run = createRunner({
    probes: world.role === 'mother' ? {} : createProbes({ openbao, telemetry }),
    jobs: world.claims ? motherJobs(world.claims) : sovereignJobs,
    containers: { 'zone-sync': zoneSync },
    script: real?.script,
  });
  const rules: Rule[] = [
    nodes,
    kubelet({ run, unready: (pod, at) => whyUnready(pod, at, parts), realCluster: real !== undefined }),
    ...(real
      ? real.rules
      : [
          ...kubernetesItself,
          ...sources({ exec, network, charts }),
          helmReleases({ charts, renderer }),
          kustomizations,
        ]),
    ...(real?.operators.certManager ? [] : certManager),
    ...(world.role === 'mother'
      ? []
      : [
          ...runtimeCrds(
            // its own first container makes them
            world.blueprints.filter(({ name }) => !(real?.operators.crossplane && name === 'bp-crossplane')),
            world.trueCrds,
          ),
          ...cnpg,
          ...(real?.operators.sealedSecrets ? [] : sealedSecrets),
          ...(real?.operators.crossplane ? [] : crossplane),
          openTofu,
          ...openbao.rules,
          ...(real?.operators.externalSecrets ? [] : externalSecrets(openbao)),
          ...trivy,
          ...velero,
          ...kyverno,
        ]),
    ...(options.register ? [registration(options.register, () => call)] : []),
  ];
  const lab: Lab = createEngine({ kube: options.kube, world, faults, clock, signal, rules, onError: options.onError });
  for (const kind of [EGRESS_POLICY, ...ROUTED_KINDS, ...OWNED, 'v1/ConfigMap', 'storage.k8s.io/v1/StorageClass'])
    lab.store.follow(kind);
  // where real Flux acts, others still read what it says
  if (real) for (const kind of [HELM_RELEASE, KUSTOMIZATION, ...WORKLOADS, 'v1/Service']) lab.store.follow(kind);
  const call = createServiceCalls(lab, parts);
  const lead = real?.lead ?? (() => undefined);
  const door = openServiceDoor({ authority: world.authority, lab, call, lead });
  const { nodePorts } = about;
  const ingress =
    real?.ingress && nodePorts
      ? await openNodePorts(lab, nodePorts, real.ingress)
      : await startIngress({ lab, call, log, faults, ...about });
  if (world.role === 'sovereign')
    void untilServed(options.kube, clock, signal)
      .then(() => lab.apply(K3S.storageClass))
      .catch(() => undefined);

  return {
    lab,
    ingress,
    call,
    door,
    answersDns: () =>
      lab.store.list('apps/v1/DaemonSet').some((set) => set.metadata.name === 'dnsdist' && isAvailable(set)),
    async stop() {
      stopped.abort(new Error('the lab stops'));
      await ingress.close();
      await network.close();
    },
  };
}

/** The Sovereign's API begins to answer when its first server runs. */
async function untilServed(kube: LabKube, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await kube.raw('/readyz').catch(() => undefined);
    if (answer?.status === 200) return;
    await clock.sleep(250, signal);
  }
}

function whyUnready(
  pod: Parameters<Required<Component>['unready']>[0],
  lab: Lab,
  components: readonly Component[],
): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (lab.faults.holds('not-ready', name)) return 'Readiness probe failed: a lab fault holds it back';
  const reasons = [sealingKeyMissing(pod, lab), ...components.map((component) => component.unready?.(pod, lab))];
  return reasons.find((reason) => reason !== undefined);
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
