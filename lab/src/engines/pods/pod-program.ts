/** A real program in place of a container: it runs as long as a Pod of its workload, as the ServiceAccount of that Pod. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Component } from '../../components/component.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import { isLive } from '../../controllers/workloads/pods.js';
import type { Child } from '../children.js';
import type { ControlPlane } from '../control-plane.js';

export interface PodProgramOptions {
  namespace: string;
  /** Of the workload, and the Pods' `app.kubernetes.io/name`. */
  name: string;
  /** What its chart makes of it; a Deployment unless said. */
  kind?: 'Deployment' | 'DaemonSet';
  /** Where a program makes the Deployment and names it anew each time: the label of its Pods that says `name`, and the one that says its own. */
  labels?: { name: string; deployment: string };
  /** Whether the program runs in that Pod by now; once its containers do, unless said. */
  runsIn?: (pod: KubeObject) => boolean;
  /** Undefined: not yet; asked again at the next change. */
  start(pod: KubeObject, lab: ReconcileContext): Promise<Child | undefined>;
  /** Whether it answers: asked once a second, and its Pods are Ready as long as it does, all of them, for they are one program. */
  answers?: () => Promise<boolean>;
}

/** How long it may take until it answers, and how often it is asked after that. */
const [startMs, probeMs] = [20_000, 1000];

export interface PodProgram {
  rule: Rule;
  isItsPod(pod: KubeObject): boolean;
  /** Whether the program runs as that very Pod. */
  isRunning(pod: KubeObject): boolean;
  /** Tells whether its Pods are Ready, and answers no Service. */
  component: Component;
}

export function podProgram(options: PodProgramOptions): PodProgram {
  const { namespace, name, kind = 'Deployment', labels, runsIn = containersRun, start, answers } = options;
  let running: { uid: string; child: Child } | undefined;
  let answered = false;
  const isItsPod = ({ metadata }: Pick<KubeObject, 'metadata'>) =>
    metadata.namespace === namespace && metadata.labels?.[labels?.name ?? 'app.kubernetes.io/name'] === name;
  const isItsDeployment = ({ metadata, spec }: KubeObject) =>
    labels
      ? isItsPod({ metadata: { ...spec.template.metadata, namespace: metadata.namespace } })
      : metadata.namespace === namespace && metadata.name === name;
  const deploymentOf = (pod: KubeObject) => (labels && pod.metadata.labels?.[labels.deployment]) ?? name;
  const isRunning = ({ metadata }: KubeObject) => running !== undefined && running.uid === metadata.uid;

  async function look(deployment: KubeObject, lab: ReconcileContext): Promise<void> {
    if (!isItsDeployment(deployment)) return;
    const pod = lab.store.list('v1/Pod', namespace).find((one) => isItsPod(one) && isLive(one) && runsIn(one));
    if (running && !(pod && isRunning(pod))) {
      const { child } = running;
      running = undefined;
      await child.stop();
    }
    if (!pod || running) return;
    const child = await begin(pod, lab);
    if (child) running = { uid: `${pod.metadata.uid}`, child };
  }

  async function begin(pod: KubeObject, lab: ReconcileContext): Promise<Child | undefined> {
    const child = await start(pod, lab);
    if (!child || !answers) return child;
    const deadline = AbortSignal.timeout(startMs);
    while (!(await answers())) {
      const late = await lab.clock.sleep(50, deadline).catch(() => true);
      if (!late) continue;
      // the next look begins anew
      await child.stop();
      throw new Error(`${name} does not answer within ${startMs / 1000}s`);
    }
    answered = true;
    const stopped = new AbortController();
    void probe(answers, lab, AbortSignal.any([stopped.signal, lab.signal])).catch(() => undefined);
    return {
      pid: child.pid,
      async stop() {
        stopped.abort(new Error('stopped'));
        answered = false;
        await child.stop();
      },
    };
  }

  async function probe(asks: () => Promise<boolean>, lab: ReconcileContext, signal: AbortSignal): Promise<void> {
    for (;;) {
      await lab.clock.sleep(probeMs, signal);
      const now = await asks();
      signal.throwIfAborted();
      if (answered === now) continue;
      answered = now;
      lab.recheck('v1/Pod');
    }
  }

  return {
    rule: {
      name: `${name} program`,
      kind: `apps/v1/${kind}`,
      also: { 'v1/Pod': (pod) => (isItsPod(pod) ? [`${namespace}/${deploymentOf(pod)}`] : []) },
      reconcile: look,
      gone: look,
    },
    isItsPod,
    isRunning,
    component: {
      name,
      emulates: () => false,
      handle: () => ({ status: 502 }),
      unready: (pod) =>
        isItsPod(pod) && answers && !answered ? 'Readiness probe failed: connection refused' : undefined,
    },
  };
}

const containersRun = (pod: KubeObject) => pod.status?.phase === 'Running';

/** Writes `file`, by which a program reaches the API server as the ServiceAccount of that Pod, in its namespace. */
export async function writeKubeconfig(
  file: string,
  pod: KubeObject,
  lab: ReconcileContext,
  plane: Pick<ControlPlane, 'kubeconfig'>,
): Promise<void> {
  const text = plane.kubeconfig({
    credentials: { token: await tokenOf(pod, lab) },
    namespace: `${pod.metadata.namespace}`,
  });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
}

/** A token for the ServiceAccount of that Pod, for a day. */
export async function tokenOf(pod: KubeObject, lab: ReconcileContext): Promise<string> {
  const of = `namespaces/${pod.metadata.namespace}/serviceaccounts/${pod.spec.serviceAccountName ?? 'default'}`;
  const answer = await lab.kube.raw(`/api/v1/${of}/token`, {
    method: 'POST',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } },
  });
  if (answer.status >= 300) throw new Error(`no token for ${of}: ${answer.body}`);
  return (JSON.parse(answer.body) as { status: { token: string } }).status.token;
}
