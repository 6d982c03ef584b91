/** Looks at the mother once a second for as long as the experiment lasts: at catalyst-api, at what could take its place, at the undo. */
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../mother/discover.js';
import { armedAnnotation } from '../../../mother/jobs/undo-scripts.js';
import type { Clock } from '../../../support/clock.js';
import { messageOf } from '../../../support/errors/errors.js';
import { hashOf } from '../../../support/hash.js';
import type { DeploymentSeen, MotherWatch, Sighting } from './sightings.js';

const everyMs = 1000;

export interface MotherWatching {
  watch: MotherWatch;
  /** Looks once more, now. Throws what the mother's API throws. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchOptions {
  catalyst: CatalystOnMother;
  /** `namespace/name` of the armed Job, once it is armed. */
  undoJob: () => string;
  clock: Clock;
  /** Milliseconds since the experiment began. */
  now: () => number;
  signal: AbortSignal;
}

export function watchMother(mother: Kube, { catalyst, undoJob, clock, now, signal }: WatchOptions): MotherWatching {
  const watch: MotherWatch = { looks: [], sightings: [], missed: [] };
  const stopped = new AbortController();
  const both = AbortSignal.any([signal, stopped.signal]);
  let last = '';
  const look = async () => {
    const seen = await lookOnce(mother, catalyst, undoJob());
    const t = now();
    watch.looks.push(t);
    const print = hashOf(seen);
    if (print !== last) watch.sightings.push({ t, ...seen });
    last = print;
  };
  const run = async () => {
    while (!both.aborted) {
      await look().catch((error: unknown) => watch.missed.push({ t: now(), error: messageOf(error) }));
      await clock.sleep(everyMs, both).catch(() => undefined);
    }
  };
  const running = run();
  return {
    watch,
    look,
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

async function lookOnce(mother: Kube, catalyst: CatalystOnMother, undoJob: string): Promise<Omit<Sighting, 't'>> {
  const { namespace, deployment: ref, kustomization } = catalyst;
  const list = (apiVersion: string, kind: string) => mother.list({ apiVersion, kind, namespace });
  const [deployment, sets, pods, services, slices, endpoints, owner, job] = await Promise.all([
    mother.get(ref),
    list('apps/v1', 'ReplicaSet'),
    list('v1', 'Pod'),
    list('v1', 'Service'),
    list('discovery.k8s.io/v1', 'EndpointSlice'),
    list('v1', 'Endpoints'),
    kustomization && mother.get(kustomization),
    lookAtUndo(mother, undoJob),
  ]);
  const template = (deployment?.spec?.template?.metadata?.labels ?? catalyst.labels) as Record<string, string>;
  const before = services.filter(({ spec }) => spec?.selector && chooses(spec.selector, template));
  const selectors = [catalyst.labels, ...before.map(({ spec }) => spec.selector as Record<string, string>)];
  const names = new Set(before.map(({ metadata }) => metadata.name));
  const uid = deployment?.metadata.uid;
  return {
    ...(deployment ? { deployment: seenOf(deployment) } : {}),
    replicaSets: sets
      .filter((set) => isOf(set, uid))
      .flatMap(setSeen)
      .sort(),
    pods: pods
      .filter((pod) => isAlive(pod) && selectors.some((one) => chooses(one, pod.metadata.labels)))
      .map(podSeen)
      .sort(),
    endpoints: [
      ...slices
        .filter(({ metadata }) => names.has(metadata.labels?.['kubernetes.io/service-name'] ?? ''))
        .flatMap(sliceSeen),
      ...endpoints.filter(({ metadata }) => names.has(metadata.name)).flatMap(endpointsSeen),
    ].sort(),
    ...(owner ? { suspended: owner.spec?.suspend === true } : {}),
    ...(job ? { undo: job } : {}),
  };
}

async function lookAtUndo(mother: Kube, undoJob: string): Promise<Sighting['undo']> {
  const [namespace, name = ''] = undoJob.split('/');
  if (name === '') return undefined;
  const job = await mother.get({ apiVersion: 'batch/v1', kind: 'Job', namespace, name });
  if (!job || job.metadata.deletionTimestamp) return undefined;
  const conditions = (job.status?.conditions ?? []) as { type: string; status: string }[];
  return {
    uid: job.metadata.uid ?? '',
    armed: job.metadata.annotations?.[armedAnnotation] === 'true',
    ended: conditions.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True'),
  };
}

interface Managed {
  manager?: string;
  time?: string;
  subresource?: string;
}

function seenOf({ metadata, spec, status }: KubeObject): DeploymentSeen {
  const managed = ((metadata['managedFields'] ?? []) as Managed[]).filter(
    ({ subresource }) => subresource !== 'status',
  );
  const newest = managed.toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? '')).at(-1);
  return {
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    replicas: spec?.replicas ?? 1,
    running: status?.replicas ?? 0,
    ...(newest?.manager ? { by: `${newest.manager} at ${newest.time ?? 'an unknown time'}` } : {}),
  };
}

/** An empty selector chooses nothing here. */
function chooses(selector: Record<string, string>, labels: Record<string, string> = {}): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

const isOf = ({ metadata }: KubeObject, uid: string | undefined) =>
  uid !== undefined && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);

function setSeen({ metadata, spec, status }: KubeObject): string[] {
  const [wanted, running] = [Number(spec?.replicas ?? 0), Number(status?.replicas ?? 0)];
  return wanted + running > 0 ? [`${metadata.name}: ${running} of ${wanted}`] : [];
}

const isAlive = ({ status }: KubeObject) => !['Succeeded', 'Failed'].includes(status?.phase);

const podSeen = (pod: KubeObject) =>
  `${refOfObject(pod).namespace}/${pod.metadata.name}${pod.metadata.deletionTimestamp ? ' (ending)' : ''}`;

/** A real API server says null of a list that has nothing in it. */
function sliceSeen({ metadata, endpoints }: KubeObject): string[] {
  const all = (endpoints ?? []) as { addresses?: string[]; conditions?: { ready?: boolean; serving?: boolean } }[];
  return all
    .filter(({ conditions }) => conditions?.ready !== false || conditions?.serving === true)
    .flatMap(({ addresses = [] }) => addresses.map((address) => `${address} in EndpointSlice ${metadata.name}`));
}

function endpointsSeen({ metadata, subsets }: KubeObject): string[] {
  const all = (subsets ?? []) as { addresses?: { ip: string }[] }[];
  return all.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => `${ip} in Endpoints ${metadata.name}`));
}
