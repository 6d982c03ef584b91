/** A component emulates what runs behind a Service. It answers only while a pod behind that Service is Ready. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { podsBehind } from '../controllers/network/services.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { isReady } from '../controllers/workloads/pods.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';

export interface Call {
  lab: ReconcileContext;
  service: KubeObject;
  /** Ready ones. */
  pods: KubeObject[];
  port: number;
  /** Asks another Service of the same cluster. */
  call(namespace: string, name: string, port: number, request: LabRequest): Promise<LabResponse>;
}

export interface Component {
  name: string;
  emulates(service: KubeObject, pods: readonly KubeObject[]): boolean;
  handle(request: LabRequest, call: Call): Promise<LabResponse> | LabResponse;
  /** Why a pod of it is not Ready although it runs. */
  unready?(pod: KubeObject, lab: ReconcileContext): string | undefined;
}

export const text = (status: number, body: string, headers: Record<string, string> = {}): LabResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body,
});

export type CallService = Call['call'];

/** Calls Services of a cluster by name: 503 without a Ready pod, 502 when nothing there speaks HTTP. */
export function createServiceCalls(lab: ReconcileContext, components: readonly Component[]): CallService {
  const call: CallService = async (namespace, name, port, request) => {
    const service = lab.store.get('v1/Service', namespace, name);
    if (!service) return text(502, `service ${namespace}/${name} not found\n`);
    if (service.spec.type === 'ExternalName') return text(502, `service ${namespace}/${name} is outside\n`);
    const ports = (service.spec.ports ?? []) as { port: number; name?: string }[];
    if (!ports.some((one) => one.port === port)) return text(502, `service ${namespace}/${name} has no port ${port}\n`);
    const pods = podsBehind(service, lab).filter(isReady);
    if (pods.length === 0) return text(503, 'no available server\n');
    const component = components.find((one) => one.emulates(service, pods));
    if (!component) return text(502, `nothing emulates ${namespace}/${name} in this lab\n`);
    return component.handle(request, { lab, service, pods, port, call });
  };
  return call;
}

/** `name.namespace.svc[.cluster.local]` → its parts. */
export function serviceName(host: string): { namespace: string; name: string } | undefined {
  const parts = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?\.?$/.exec(host);
  return parts ? { name: parts[1]!, namespace: parts[2]! } : undefined;
}

export const imagesOf = (pods: readonly KubeObject[]): string[] =>
  pods.flatMap((pod) => ((pod.spec.containers ?? []) as { image?: string }[]).map((one) => one.image ?? ''));

/** Environment of the first container, with what its Secrets and ConfigMaps hold. */
export function environmentOf(pod: KubeObject, lab: Pick<ReconcileContext, 'store'>): Record<string, string> {
  const environment: Record<string, string> = {};
  const decode = (kind: string, name: string): Record<string, string> => {
    const data = (lab.store.get(`v1/${kind}`, pod.metadata.namespace, name)?.data ?? {}) as Record<string, string>;
    if (kind === 'ConfigMap') return data;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  for (const container of pod.spec.containers ?? []) {
    for (const from of container.envFrom ?? []) {
      if (from.secretRef) Object.assign(environment, decode('Secret', from.secretRef.name));
      if (from.configMapRef) Object.assign(environment, decode('ConfigMap', from.configMapRef.name));
    }
    for (const { name, value, valueFrom } of container.env ?? []) {
      const secret = valueFrom?.secretKeyRef;
      const map = valueFrom?.configMapKeyRef;
      const read = secret
        ? decode('Secret', secret.name)[secret.key]
        : map
          ? decode('ConfigMap', map.name)[map.key]
          : value;
      if (read !== undefined) environment[name] = read;
    }
  }
  return environment;
}
