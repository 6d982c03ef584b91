/**
 * What listens on a node of the Sovereign: programs of the machine itself, Pods that took a port of it, and NodePorts. Kubernetes
 * opens no ports over IPv6 in a cluster of one family (k3s, "Networking Options", dual-stack); the machine's own programs do.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { podsBehind } from '../controllers/network/services.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { isLive, isReady, POD } from '../controllers/workloads/pods.js';
import type { Arrival, Packet } from './internet.js';

export interface Machine {
  name: string;
  /** False while it is off or boots. */
  isUp: boolean;
  /** Loopback ports of its own programs, by `22/tcp`. */
  programs: Readonly<Record<string, number>>;
}

export interface PodPort {
  namespace: string;
  /** Of the Service, or of the workload of a Pod that took a port of its node. */
  name: string;
  /** Its number where it has no name. */
  port: string | number;
  proxiedBy?: string | undefined;
}

export interface Cluster {
  lab: Pick<ReconcileContext, 'store'>;
  /** Whether a node of that name is off. */
  isOff(node: string): boolean;
  /** The loopback port of what emulates or is that program; undefined: nobody emulates it. */
  program(of: PodPort): number | undefined;
}

export type At = Pick<Packet, 'protocol' | 'port'> & {
  family: 4 | 6;
  /** Address of a load balancer that puts a PROXY header before what it passes on. */
  proxiedBy?: string;
};

export function listening(machine: Machine, cluster: Cluster | undefined, at: At): Arrival {
  if (!machine.isUp) return 'dropped';
  const own = machine.programs[`${at.port}/${at.protocol}`];
  // to whom does not speak the PROXY protocol its header is garbage
  if (own !== undefined) return at.proxiedBy === undefined ? own : 'refused';
  if (!cluster || at.family === 6) return 'refused';
  return ofNodePort(machine, cluster, at) ?? ofHostPort(machine, cluster, at) ?? 'refused';
}

interface ServicePort {
  name?: string;
  port: number;
  nodePort?: number;
  protocol?: string;
}

/**
 * One of the endpoints on all nodes, or with `externalTrafficPolicy: Local` one on this node alone: without one the packet is
 * dropped there (Kubernetes 1.35, "Virtual IPs and Service Proxies", traffic policies; Cilium 1.18, kube-proxy-free, externalTrafficPolicy).
 * An endpoint on a node that has just died is still in the list.
 */
function ofNodePort({ name: node }: Machine, { lab, isOff, program }: Cluster, at: At): Arrival | undefined {
  for (const service of lab.store.list('v1/Service')) {
    const found = ((service.spec.ports ?? []) as ServicePort[]).find(
      (one) => one.nodePort === at.port && (one.protocol ?? 'TCP').toLowerCase() === at.protocol,
    );
    if (!found) continue;
    const isLocal = service.spec.externalTrafficPolicy === 'Local';
    const pods = podsBehind(service, lab)
      .filter(isReady)
      .filter((pod) => !isLocal || pod.spec.nodeName === node);
    if (pods.length === 0) return isLocal ? 'dropped' : 'refused';
    const pod = pods[nextTurn(`${service.metadata.uid}/${at.port}`) % pods.length]!;
    if (isOff(pod.spec.nodeName)) return 'dropped';
    const { namespace = '', name } = service.metadata;
    return program({ namespace, name, port: found.name ?? found.port, proxiedBy: at.proxiedBy }) ?? 'refused';
  }
  return undefined;
}

interface ContainerPort {
  name?: string;
  containerPort: number;
  hostPort?: number;
  protocol?: string;
}

/** A Pod of this node that took the port, by `hostPort` or because it is in the node's own network. */
function ofHostPort({ name: node }: Machine, { lab, program }: Cluster, at: At): Arrival | undefined {
  for (const pod of lab.store.list(POD)) {
    if (pod.spec.nodeName !== node || !isLive(pod) || !isReady(pod)) continue;
    const took = portsOf(pod).find(
      (one) =>
        (one.hostPort ?? (pod.spec.hostNetwork ? one.containerPort : undefined)) === at.port &&
        (one.protocol ?? 'TCP').toLowerCase() === at.protocol,
    );
    if (!took) continue;
    const { namespace = '', ownerReferences = [], name } = pod.metadata;
    return program({ namespace, name: ownerReferences[0]?.name ?? name, port: took.containerPort }) ?? 'refused';
  }
  return undefined;
}

const portsOf = (pod: KubeObject): ContainerPort[] =>
  ((pod.spec.containers ?? []) as { ports?: ContainerPort[] }[]).flatMap(({ ports = [] }) => ports);

const turns = new Map<string, number>();

function nextTurn(key: string): number {
  const turn = turns.get(key) ?? 0;
  turns.set(key, turn + 1);
  return turn;
}
