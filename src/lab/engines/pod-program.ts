/** A real program in place of a container: it runs as long as the Pod of its Deployment, as the ServiceAccount of that Pod. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KubeObject } from '../../tools/kube.js';
import type { Lab, Rule } from '../controllers/engine.js';
import { isLive } from '../controllers/pods.js';
import type { Child } from './children.js';
import type { ControlPlane } from './control-plane.js';

export interface PodProgramOptions {
  namespace: string;
  /** Of the Deployment, and the Pods' `app.kubernetes.io/name`. */
  name: string;
  /** Whether the program runs in that Pod by now; once its containers do, unless said. */
  runsIn?: (pod: KubeObject) => boolean;
  /** Undefined: not yet; asked again at the next change. */
  start(pod: KubeObject, lab: Lab): Promise<Child | undefined>;
}

export interface PodProgram {
  rule: Rule;
  isItsPod(pod: KubeObject): boolean;
  /** Whether the program runs as that very Pod. */
  isRunning(pod: KubeObject): boolean;
}

export function podProgram(options: PodProgramOptions): PodProgram {
  const { namespace, name, runsIn = containersRun, start } = options;
  let running: { uid: string; child: Child } | undefined;
  const isItsDeployment = ({ metadata }: KubeObject) => metadata.namespace === namespace && metadata.name === name;
  const isItsPod = ({ metadata }: KubeObject) =>
    metadata.namespace === namespace && metadata.labels?.['app.kubernetes.io/name'] === name;
  const isRunning = ({ metadata }: KubeObject) => running !== undefined && running.uid === metadata.uid;

  async function look(deployment: KubeObject, lab: Lab): Promise<void> {
    if (!isItsDeployment(deployment)) return;
    const pod = lab.store.list('v1/Pod', namespace).find((one) => isItsPod(one) && isLive(one) && runsIn(one));
    if (running && !(pod && isRunning(pod))) {
      const { child } = running;
      running = undefined;
      await child.stop();
    }
    if (!pod || running) return;
    const child = await start(pod, lab);
    if (child) running = { uid: `${pod.metadata.uid}`, child };
  }

  return {
    rule: {
      name: `${name} program`,
      kind: 'apps/v1/Deployment',
      also: { 'v1/Pod': (pod) => (isItsPod(pod) ? [`${namespace}/${name}`] : []) },
      reconcile: look,
      gone: look,
    },
    isItsPod,
    isRunning,
  };
}

const containersRun = (pod: KubeObject) => pod.status?.phase === 'Running';

/** Writes `file`, by which a program reaches the API server as the ServiceAccount of that Pod, in its namespace. */
export async function writeKubeconfig(
  file: string,
  pod: KubeObject,
  lab: Lab,
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
export async function tokenOf(pod: KubeObject, lab: Lab): Promise<string> {
  const of = `namespaces/${pod.metadata.namespace}/serviceaccounts/${pod.spec.serviceAccountName ?? 'default'}`;
  const answer = await lab.kube.raw(`/api/v1/${of}/token`, {
    method: 'POST',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } },
  });
  if (answer.status >= 300) throw new Error(`no token for ${of}: ${answer.body}`);
  return (JSON.parse(answer.body) as { status: { token: string } }).status.token;
}
