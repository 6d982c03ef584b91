/** When a workload is rolled out, and why not yet. Pure readers of status. */
import type { Kube, KubeObject } from './client/kube.js';

export interface WorkloadRef {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
}

/** Undefined when rolled out; else what is missing, for a person. */
export function notRolledOut(ref: WorkloadRef, object: KubeObject | undefined): string | undefined {
  const name = `${ref.kind} ${ref.namespace}/${ref.name}`;
  if (!object) return `${name} does not exist yet`;
  const status = object.status ?? {};
  if ((status.observedGeneration ?? 0) < (object.metadata.generation ?? 1))
    return `${name}: its controller has not observed it yet`;
  if (ref.kind === 'DaemonSet') {
    const wanted = status.desiredNumberScheduled ?? 0;
    if ((status.updatedNumberScheduled ?? 0) < wanted)
      return `${name} ${status.updatedNumberScheduled ?? 0}/${wanted} updated`;
    const ready = status.numberReady ?? 0;
    return wanted === 0 || ready < wanted ? `${name} ${ready}/${wanted} ready` : undefined;
  }
  const wanted = object.spec?.replicas ?? 1;
  if ((status.updatedReplicas ?? 0) < wanted) return `${name} ${status.updatedReplicas ?? 0}/${wanted} updated`;
  const ready = status.readyReplicas ?? 0;
  return ready < wanted ? `${name} ${ready}/${wanted} ready` : undefined;
}

/** Why a container waits, where waiting longer does not help. */
export const hopelessReasons: readonly string[] = [
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
];

/** Why the Pods of a workload do not come up, when they say so: "Pod x: CreateContainerConfigError secret … not found". */
export async function reasonOfPods(kube: Kube, ref: WorkloadRef): Promise<string | undefined> {
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: ref.namespace });
  for (const pod of pods.filter((candidate) => candidate.metadata.name.startsWith(ref.name))) {
    const waiting = (pod.status?.containerStatuses ?? [])
      .map((one: KubeObject) => one.state?.waiting)
      .find((state: { reason?: string } | undefined) => hopelessReasons.includes(state?.reason ?? ''));
    if (waiting) return `Pod ${pod.metadata.name}: ${waiting.reason} ${waiting.message ?? ''}`.trim();
    const unscheduled = (pod.status?.conditions ?? []).find(
      (one: { type: string; status: string }) => one.type === 'PodScheduled' && one.status === 'False',
    );
    if (unscheduled) return `Pod ${pod.metadata.name}: Pending, ${unscheduled.message ?? unscheduled.reason}`;
    const unready = (pod.status?.conditions ?? []).find(
      (one: { type: string; status: string; message?: string }) =>
        one.type === 'Ready' && one.status === 'False' && one.message,
    );
    if (unready) return `Pod ${pod.metadata.name} is not Ready: ${unready.message}`;
  }
  return undefined;
}

/** Waits until all are rolled out; the deadline's message names the first that is not, with its Pod's reason. */
export async function waitForRollout(kube: Kube, refs: readonly WorkloadRef[], timeoutMs: number): Promise<void> {
  await Promise.all(
    refs.map(async (ref) => {
      const object = { apiVersion: 'apps/v1', kind: ref.kind, namespace: ref.namespace, name: ref.name };
      try {
        await kube.waitFor<true>(object, {
          reason: `${ref.kind} ${ref.namespace}/${ref.name} rolled out`,
          timeoutMs,
          look: (seen) => {
            const missing = notRolledOut(ref, seen);
            return missing === undefined ? { done: true } : { pending: missing };
          },
        });
      } catch (error) {
        const why =
          error instanceof Error && 'code' in error && error.code === 'E4003'
            ? await reasonOfPods(kube, ref)
            : undefined;
        if (why && error instanceof Error) error.message += ` ${why}.`;
        throw error;
      }
    }),
  );
}
