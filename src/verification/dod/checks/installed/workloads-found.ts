/** Workloads, claims and Pods of a cluster: each workload of a release or of the tree as its chart specifies it, and all rolled out. */
import type { Kube, KubeObject } from '../../../../kubernetes/client/kube.js';
import { conditionOf, nameOf } from '../../../../kubernetes/readiness.js';
import { hopelessReasons, notRolledOut, type WorkloadRef } from '../../../../kubernetes/rollout.js';
import { type SinglePoint, singlePointsOf } from '../../../../kubernetes/single-points.js';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
/** What catalyst itself makes for a moment. */
const isProbe = ({ metadata }: KubeObject) => metadata.namespace?.startsWith('catalyst-probes') === true;

const isWorkload = ({ apiVersion, kind }: KubeObject) =>
  apiVersion.startsWith('apps/') && (kinds as readonly string[]).includes(kind);

/** What ends with one node. */
export async function singlePoints(kube: Kube): Promise<SinglePoint[]> {
  const wanted = [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
    { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' },
  ];
  const lists = await Promise.all(wanted.map(async (of) => (await kube.list(of)).map((one) => ({ ...one, ...of }))));
  return singlePointsOf(lists.flat().filter((object) => !isProbe(object)));
}

/** What was seen of workloads, of each object just what is judged. */
export interface WorkloadsSeen {
  /** As charts rendered them and as the tree has them. */
  specified: KubeObject[];
  workloads: KubeObject[];
  claims: KubeObject[];
  pods: KubeObject[];
  /** `Deployment namespace/name`: sized by an autoscaler. */
  scaled: string[];
}

/** @param specified objects as charts rendered them and as the tree has them */
export async function seeWorkloads(kube: Kube, specified: readonly KubeObject[]): Promise<WorkloadsSeen> {
  const [workloads, claims, pods, scalers] = await Promise.all([
    Promise.all(
      kinds.map(async (kind) =>
        (await kube.list({ apiVersion: 'apps/v1', kind })).map((one) => ({ ...one, apiVersion: 'apps/v1', kind })),
      ),
    ).then((lists) => lists.flat()),
    kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }),
    kube.list({ apiVersion: 'v1', kind: 'Pod' }),
    kube.list({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }),
  ]);
  return {
    specified: specified.filter(isWorkload).map(kept),
    workloads: workloads.map(kept),
    claims: claims.filter((one) => !isProbe(one)).map((one) => kept({ ...one, kind: 'PersistentVolumeClaim' })),
    pods: pods.map((one) => kept({ ...one, kind: 'Pod' })),
    scaled: scalers.map(
      ({ metadata, spec }) => `${spec?.scaleTargetRef?.kind} ${metadata.namespace}/${spec?.scaleTargetRef?.name}`,
    ),
  };
}

/** No template: what a container is given stays where it is. */
function kept({ apiVersion, kind, metadata, spec, status }: KubeObject): KubeObject {
  const { namespace, name, generation, deletionTimestamp } = metadata;
  const { replicas, restartPolicy } = spec ?? {};
  const ofContainers = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((key) =>
    status?.[key]
      ? [[key, (status[key] as ContainerStatus[]).map(({ name, state }) => ({ name, state }))] as const]
      : [],
  );
  return {
    ...{ apiVersion, kind, metadata: { namespace, name, generation, deletionTimestamp } },
    spec: { replicas, restartPolicy },
    ...(status ? { status: { ...status, ...Object.fromEntries(ofContainers) } } : {}),
  };
}

/** What is wrong with them; empty when nothing is. Pure. */
export function workloadProblems({ specified, workloads, claims, pods, scaled }: WorkloadsSeen): string[] {
  const sized = new Set(scaled);
  const live = new Map(workloads.map((one) => [nameOf(one), one]));
  return [
    ...specified.flatMap((wanted) => otherThanSpecified(wanted, live.get(nameOf(wanted)), sized)),
    ...workloads.filter((one) => !isProbe(one)).flatMap((one) => stuck(one) ?? []),
    ...claims
      .filter((one) => one.status?.phase !== 'Bound')
      .map(
        (one) =>
          `PersistentVolumeClaim ${one.metadata.namespace}/${one.metadata.name} is ${one.status?.phase ?? 'Pending'}`,
      ),
    ...pods.flatMap((pod) => podProblem(pod) ?? []),
  ];
}

/** An autoscaler sizes what it targets; everything else has the replicas of its chart, which are one where it names none. */
function otherThanSpecified(wanted: KubeObject, live: KubeObject | undefined, scaled: ReadonlySet<string>): string[] {
  const name = nameOf(wanted);
  if (!live) return [`${name} is gone: its chart specifies it`];
  if (wanted.kind === 'DaemonSet') return [];
  const [specified, seen] = [wanted.spec?.replicas ?? 1, live.spec?.replicas ?? 1];
  if (scaled.has(name)) return seen === 0 && specified > 0 ? [`${name} is scaled to 0`] : [];
  return seen === specified ? [] : [`${name} is scaled to ${seen}; its chart specifies ${specified}`];
}

/** Why a workload is not rolled out: old Pods that still serve hide a new template that never comes up. */
function stuck(object: KubeObject): string | undefined {
  const { kind, metadata, status = {} } = object;
  const ref = { kind: kind as WorkloadRef['kind'], namespace: metadata.namespace ?? '', name: metadata.name };
  const wantsNone = kind === 'DaemonSet' && (status.desiredNumberScheduled ?? 0) === 0;
  const missing =
    wantsNone && status.observedGeneration === metadata.generation ? undefined : notRolledOut(ref, object);
  if (missing !== undefined)
    return `${nameOf(object)} is not rolled out: ${missing.replace(`${nameOf(object)}: `, '')}`;
  const progress = conditionOf(object, 'Progressing');
  if (kind === 'Deployment' && progress?.status === 'False')
    return `${nameOf(object)} is stuck: ${progress.reason ?? ''} ${progress.message ?? ''}`.trim();
  const old = (status.replicas ?? 0) - (status.updatedReplicas ?? status.replicas ?? 0);
  if (kind !== 'DaemonSet' && old > 0)
    return `${nameOf(object)} is not rolled out: ${old} Pods have the former template`;
  const revisions = status.currentRevision && status.updateRevision;
  return kind === 'StatefulSet' && revisions && status.currentRevision !== status.updateRevision
    ? `${nameOf(object)} is not rolled out: Pods have the former template`
    : undefined;
}

interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string }; terminated?: { exitCode?: number } };
}

/** Of Pods that are to run: those that have ended were runs of Jobs. */
function podProblem(pod: KubeObject): string | undefined {
  const { metadata, spec, status = {} } = pod;
  if (metadata.deletionTimestamp || ['Succeeded', 'Failed'].includes(status.phase)) return undefined;
  const name = `Pod ${metadata.namespace}/${metadata.name}`;
  const all = (key: string) => (status[key] ?? []) as ContainerStatus[];
  const inits = all('initContainerStatuses');
  for (const { name: container, state } of [
    ...inits,
    ...all('containerStatuses'),
    ...all('ephemeralContainerStatuses'),
  ]) {
    const reason = state?.waiting?.reason ?? '';
    if (reason === 'CrashLoopBackOff') return `${name} is in a crash loop (${container})`;
    if (hopelessReasons.includes(reason)) return `${name} does not start: ${container} has ${reason}`;
  }
  const failedInit = inits.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (failedInit) return `${name} does not start: init container ${failedInit.name} fails`;
  const ended = all('containerStatuses').find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (ended && (spec?.restartPolicy ?? 'Always') === 'Always') return `${name}: container ${ended.name} fails`;
  const placed = conditionOf(pod, 'PodScheduled');
  return placed?.status === 'False' ? `${name} is not scheduled: ${placed.message ?? placed.reason ?? ''}` : undefined;
}
