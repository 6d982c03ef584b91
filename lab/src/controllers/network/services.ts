/** Services get an address and, from the Ready pods behind their selector, EndpointSlices. A LoadBalancer stays pending: no cloud controller runs. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';
import { isLive, isReady, matches, POD } from '../workloads/pods.js';

const SERVICE = 'v1/Service';

/** Ready pods behind a Service. */
export function podsBehind(service: KubeObject, lab: Pick<ReconcileContext, 'store'>): KubeObject[] {
  return lab.store
    .list(POD, service.metadata.namespace)
    .filter((pod) => isLive(pod) && matches(service.spec?.selector, pod.metadata.labels));
}

function addressFor(service: KubeObject): string {
  const sum = [...`${service.metadata.uid}`].reduce((total, letter) => (total * 33 + letter.charCodeAt(0)) % 62000, 11);
  return `10.96.${Math.floor(sum / 250) + 1}.${(sum % 250) + 2}`;
}

export const services: Rule = {
  name: 'service',
  kind: SERVICE,
  also: {
    [POD]: (pod, lab) =>
      lab.store
        .list(SERVICE, pod.metadata.namespace)
        .filter((service) => matches(service.spec?.selector, pod.metadata.labels))
        .map((service) => `${service.metadata.namespace}/${service.metadata.name}`),
  },
  async reconcile(service, lab) {
    if (service.metadata.deletionTimestamp || service.spec.type === 'ExternalName') return;
    if (!service.spec.clusterIP) {
      const address = addressFor(service);
      await lab.patch(service, { spec: { clusterIP: address, clusterIPs: [address] } });
    }
    if (!service.spec.selector) return;
    const pods = podsBehind(service, lab).filter((pod) => pod.status?.podIP);
    await lab.apply({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${service.metadata.name}-lab`,
        namespace: service.metadata.namespace,
        labels: {
          'kubernetes.io/service-name': service.metadata.name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
        ownerReferences: [ownedBy(service) as any],
      },
      addressType: 'IPv4',
      ports: ((service.spec.ports ?? []) as { name?: string; port: number; protocol?: string }[]).map((port) => ({
        name: port.name ?? '',
        port: port.port,
        protocol: port.protocol ?? 'TCP',
      })),
      endpoints: pods.map((pod) => ({
        addresses: [pod.status.podIP],
        conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
        targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      })),
    });
    await lab.setStatus(service, { loadBalancer: {} });
  },
};
