/**
 * A program that was given the address of the Kubernetes API dials it when it starts, and ends when nobody with a certificate for that
 * address answers: cilium v1.19, pkg/k8s/client/cell.go, waitForConn ("Unable to contact k8s api-server", after a minute of attempts).
 * The address is the one of its chart (install/kubernetes/cilium/templates/cilium-agent/daemonset.yaml and
 * cilium-operator/deployment.yaml: KUBERNETES_SERVICE_HOST and _PORT from k8sServiceHost and k8sServicePort).
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../reconciler.js';

interface Variable {
  name: string;
  value?: string;
}

/** Why it does not run; undefined when it does, or uses the Service that every Pod is told of. */
export async function apiUnreachable(
  pod: KubeObject,
  lab: Pick<ReconcileContext, 'world'>,
): Promise<string | undefined> {
  const { whyNoApi } = lab.world;
  const env = ((pod.spec.containers ?? []) as { env?: Variable[] }[]).flatMap((container) => container.env ?? []);
  const value = (name: string) => env.find((one) => one.name === name)?.value;
  const host = value('KUBERNETES_SERVICE_HOST');
  const nodes = lab.world.nodes();
  const from = nodes.find(({ name }) => name === pod.spec.nodeName) ?? nodes[0];
  if (!whyNoApi || !host || !from) return undefined;
  const port = value('KUBERNETES_SERVICE_PORT') ?? '443';
  const why = await whyNoApi(from, host, Number(port));
  return why && `Unable to contact k8s api-server https://${host}:${port}: ${why}`;
}
