/** The emulated kubelet: schedules pods, checks what they mount, runs them, ends the ones of Jobs with their program's answer. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions } from '../conditions.js';
import { all, type Outcome, type ReconcileContext, type Rule } from '../reconciler.js';
import { secretEnvironment } from './environment.js';
import { isLive, POD } from './pods.js';
import { missingProgram, refusedPull } from './pull.js';
import { placeFor } from './scheduling.js';

/** Outcome of a container that runs to its end. */
export interface Exit {
  code: number;
  /** What it wrote to /dev/termination-log. */
  message?: string;
}

export interface Kubelet {
  /** True when a real scheduler chooses the node and the API server ends Pods: neither is emulated then. */
  realCluster?: boolean;
  /** Runs the program of a pod that ends (a Job's). `waiting` while it would still run, looked at again by itself. */
  run(pod: KubeObject, lab: ReconcileContext): Promise<Exit | 'waiting'>;
  /** Why a long-running pod is not Ready although it runs; undefined when it is. */
  unready(pod: KubeObject, lab: ReconcileContext): Promise<string | undefined> | string | undefined;
}

const waitingPods = (_changed: KubeObject, lab: ReconcileContext) =>
  lab.store
    .list(POD)
    .filter((pod) => pod.status?.phase !== 'Succeeded' && !(pod.status?.phase === 'Running' && isSettled(pod)))
    .map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`);

const isSettled = (pod: KubeObject): boolean =>
  ((pod.status?.conditions ?? []) as { type: string; status: string }[]).some(
    (one) => one.type === 'Ready' && one.status === 'True',
  );

/** Pods that wait in the namespace of what changed. */
const waitingBeside = (changed: KubeObject, lab: ReconcileContext) =>
  waitingPods(changed, lab).filter((key) => key.startsWith(`${changed.metadata.namespace}/`));

export function kubelet(emulated: Kubelet): Rule {
  return {
    name: 'kubelet',
    kind: POD,
    also: {
      'v1/Node': waitingPods,
      'v1/Secret': waitingBeside,
      'v1/ServiceAccount': waitingBeside,
      'v1/ConfigMap': waitingBeside,
      'v1/PersistentVolumeClaim': waitingBeside,
      'apps/v1/Deployment': (changed, lab) => all(POD)(changed, lab).filter((key) => isProbed(key, lab)),
    },
    reconcile: (pod, lab) => reconcile(pod, lab, emulated),
    gone: async (pod, lab) => void lab.environments.delete(`${pod.metadata.uid}`),
  };
}

const isProbed = (key: string, lab: ReconcileContext): boolean => {
  const [namespace, name] = key.split('/');
  const pod = lab.store.get(POD, namespace, name!);
  return pod?.status?.phase === 'Running' && !isSettled(pod);
};

async function reconcile(pod: KubeObject, lab: ReconcileContext, emulated: Kubelet): Promise<Outcome> {
  // nobody is there to act on it; its node tells when it is lost
  if (lab.world.nodes().some(({ name, offSince }) => name === pod.spec.nodeName && offSince !== undefined))
    return undefined;
  if (!isLive(pod)) {
    if (!emulated.realCluster) await lab.remove(pod);
    return undefined;
  }
  if (emulated.realCluster && !pod.spec.nodeName) return undefined;
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return undefined;
  if (pod.spec.schedulingGates?.length > 0) {
    const gated = condition(
      'PodScheduled',
      false,
      'SchedulingGated',
      'Scheduling is blocked due to non-empty scheduling gates',
    );
    await lab.setStatus(pod, { phase: 'Pending', conditions: conditions(pod, lab.clock, [gated]) });
    return undefined;
  }
  const claim = unboundClaim(pod, lab);
  const place = claim ? { reason: claim } : placeFor(pod, lab);
  if ('reason' in place) {
    await lab.setStatus(pod, {
      phase: 'Pending',
      conditions: conditions(pod, lab.clock, [condition('PodScheduled', false, 'Unschedulable', place.reason)]),
    });
    return undefined;
  }
  const refused = refusedPull(pod, lab);
  if (refused) {
    const message = `containers with unready status: [${refused.container.name}]`;
    const waiting = { waiting: refused.waiting };
    await lab.setStatus(pod, {
      phase: 'Pending',
      ...addresses(pod, place.node, lab),
      conditions: conditions(pod, lab.clock, [
        condition('PodScheduled', true, 'Scheduled'),
        condition('ContainersReady', false, 'ContainersNotReady', message),
        condition('Ready', false, 'ContainersNotReady', message),
      ]),
      ...(refused.init
        ? { initContainerStatuses: statusesOf(pod.spec.initContainers, waiting, false) }
        : { containerStatuses: containers(pod, waiting, false) }),
    });
    return { againMs: 2000 };
  }
  const missing = missingMount(pod, lab);
  if (missing) {
    await lab.setStatus(pod, {
      phase: 'Pending',
      ...addresses(pod, place.node, lab),
      conditions: conditions(pod, lab.clock, [
        condition('PodScheduled', true, 'Scheduled'),
        condition('Initialized', true, 'PodCompleted'),
        condition('ContainersReady', false, 'ContainersNotReady', missing.message),
        condition('Ready', false, 'ContainersNotReady', missing.message),
      ]),
      containerStatuses: containers(pod, { waiting: missing }, false),
    });
    return undefined;
  }
  if (pod.spec.restartPolicy !== 'Always') return runToEnd(pod, place.node, lab, emulated);

  const { uid } = pod.metadata;
  const wasDown = wasDownWith(place.node, pod, lab);
  if (wasDown || !lab.environments.has(`${uid}`)) lab.environments.set(`${uid}`, secretEnvironment(pod, lab));
  const why = await emulated.unready(pod, lab);
  await lab.setStatus(pod, {
    phase: 'Running',
    ...addresses(pod, place.node, lab),
    conditions: conditions(pod, lab.clock, [
      condition('PodScheduled', true, 'Scheduled'),
      condition('Initialized', true, 'PodCompleted'),
      condition('ContainersReady', !why, why ? 'ContainersNotReady' : 'ContainersReady', why ?? ''),
      condition('Ready', !why, why ? 'ContainersNotReady' : 'PodReady', why ?? ''),
    ]),
    containerStatuses: runningContainers(pod, lab, { ready: !why, wasDown }),
  });
  return why ? { againMs: 250 } : undefined;
}

async function runToEnd(pod: KubeObject, node: KubeObject, lab: ReconcileContext, emulated: Kubelet): Promise<Outcome> {
  const without = missingProgram(pod);
  // 128: runc could not start it
  const exit = without ? { code: 128, message: without } : await emulated.run(pod, lab);
  const started = startOf(pod, lab);
  if (exit === 'waiting') {
    await lab.setStatus(pod, {
      phase: 'Running',
      ...addresses(pod, node, lab),
      containerStatuses: containers(pod, { running: { startedAt: started } }, true),
    });
    return { againMs: 500 };
  }
  await lab.setStatus(pod, {
    phase: exit.code === 0 ? 'Succeeded' : 'Failed',
    ...addresses(pod, node, lab),
    conditions: conditions(pod, lab.clock, [
      condition('PodScheduled', true, 'Scheduled'),
      condition('Ready', false, exit.code === 0 ? 'PodCompleted' : 'PodFailed'),
    ]),
    containerStatuses: containers(
      pod,
      {
        terminated: {
          exitCode: exit.code,
          reason: exit.code === 0 ? 'Completed' : 'Error',
          ...(exit.message === undefined ? {} : { message: exit.message }),
          startedAt: started,
          finishedAt: now(lab),
        },
      },
      false,
    ),
  });
  return undefined;
}

const now = (lab: ReconcileContext): string =>
  lab.clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');
const startOf = (pod: KubeObject, lab: ReconcileContext): string =>
  pod.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? now(lab);

interface ContainerStatus {
  restartCount?: number;
  state?: { running?: { startedAt: string } };
}

const firstStatus = (pod: KubeObject): ContainerStatus => pod.status?.containerStatuses?.[0] ?? {};

/** Whether its containers ran when the machine went down that it is on: then they are started again. */
function wasDownWith(node: KubeObject, pod: KubeObject, lab: ReconcileContext): boolean {
  const { bootedAt } = lab.world.nodes().find(({ name }) => name === node.metadata.name) ?? {};
  const { startedAt } = firstStatus(pod).state?.running ?? {};
  // whole seconds are noted of a start
  return bootedAt !== undefined && startedAt !== undefined && Date.parse(startedAt) < bootedAt - (bootedAt % 1000);
}

function runningContainers(
  pod: KubeObject,
  lab: ReconcileContext,
  { ready, wasDown }: { ready: boolean; wasDown: boolean },
): Record<string, unknown>[] {
  const { restartCount = 0 } = firstStatus(pod);
  const state = { running: { startedAt: wasDown ? now(lab) : startOf(pod, lab) } };
  return containers(pod, state, ready).map((one) => ({ ...one, restartCount: restartCount + (wasDown ? 1 : 0) }));
}

function addresses(pod: KubeObject, node: KubeObject, lab: ReconcileContext): Record<string, unknown> {
  const host = lab.world.nodes().find((one) => one.name === node.metadata.name)?.address ?? '10.0.1.2';
  const own = pod.spec.hostNetwork ? host : (pod.status?.podIP ?? freeAddress(pod, lab));
  return {
    hostIP: host,
    podIP: own,
    podIPs: [{ ip: own }],
    startTime: pod.status?.startTime ?? now(lab),
    nominatedNodeName: null,
  };
}

/** By its uid, and the next one where another pod has that: calls by address must find who is meant. */
function freeAddress(pod: KubeObject, lab: ReconcileContext): string {
  const taken = new Set(lab.store.list(POD).map((one) => one.status?.podIP));
  let sum = [...`${pod.metadata.uid}`].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 64000, 7);
  for (;;) {
    const address = `10.42.${Math.floor(sum / 250)}.${(sum % 250) + 2}`;
    if (!taken.has(address)) return address;
    sum = (sum + 1) % 64000;
  }
}

// a pod template has no uid of its image: the digest is that of the reference, so that the same image has the same one everywhere
function containers(pod: KubeObject, state: Record<string, unknown>, ready: boolean): Record<string, unknown>[] {
  return statusesOf(pod.spec.containers, state, ready);
}

function statusesOf(of: unknown, state: Record<string, unknown>, ready: boolean): Record<string, unknown>[] {
  return ((of ?? []) as { name: string; image?: string }[]).map(({ name, image = '' }) => ({
    name,
    image,
    imageID: image.includes('@') ? image : '',
    ready,
    started: 'running' in state,
    restartCount: 0,
    state,
  }));
}

function unboundClaim(pod: KubeObject, lab: ReconcileContext): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    if (!name) continue;
    const claim = lab.store.get('v1/PersistentVolumeClaim', pod.metadata.namespace, name);
    if (!claim) return `persistentvolumeclaim "${name}" not found`;
    if (claim.status?.phase !== 'Bound') return `pod has unbound immediate PersistentVolumeClaims: ${name}`;
  }
  return undefined;
}

interface Reference {
  name?: string;
  key?: string;
  optional?: boolean;
}

/** What a pod mounts or reads and the cluster has not, in the kubelet's words. */
function missingMount(pod: KubeObject, lab: ReconcileContext): { reason: string; message: string } | undefined {
  const look = (kind: 'Secret' | 'ConfigMap', reference: Reference | undefined, secretName?: string) => {
    const name = reference?.name ?? secretName;
    if (!reference || !name || reference.optional) return undefined;
    const object = lab.store.get(`v1/${kind}`, pod.metadata.namespace, name);
    if (!object) return `${kind.toLowerCase()} "${name}" not found`;
    const has = reference.key === undefined || reference.key in { ...object.data, ...object.binaryData };
    return has ? undefined : `couldn't find key ${reference.key} in ${kind} ${pod.metadata.namespace}/${name}`;
  };
  for (const volume of pod.spec.volumes ?? []) {
    const sources = [volume, ...(volume.projected?.sources ?? [])];
    for (const source of sources) {
      const problem = look('Secret', source.secret, source.secret?.secretName) ?? look('ConfigMap', source.configMap);
      if (problem)
        return {
          reason: 'ContainerCreating',
          message: `MountVolume.SetUp failed for volume "${volume.name}": ${problem}`,
        };
    }
  }
  for (const container of [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])]) {
    for (const from of container.envFrom ?? []) {
      const problem = look('Secret', from.secretRef) ?? look('ConfigMap', from.configMapRef);
      if (problem) return { reason: 'CreateContainerConfigError', message: problem };
    }
    for (const { valueFrom } of container.env ?? []) {
      const problem = look('Secret', valueFrom?.secretKeyRef) ?? look('ConfigMap', valueFrom?.configMapKeyRef);
      if (problem) return { reason: 'CreateContainerConfigError', message: problem };
    }
  }
  return undefined;
}
