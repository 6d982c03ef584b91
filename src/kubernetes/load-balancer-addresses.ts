import type { Kube, KubeObject } from './client/kube.js';

/** Where the public names of a Sovereign lead: the public addresses of its load balancer. */
export interface LoadBalancerAddresses {
  ipv4: string;
  ipv6?: string;
}

/**
 * Kept in the cluster, as the addresses of its nodes are, and not in Git: a rebuilt cluster has another load balancer. The step `cluster`
 * writes it, zone-sync of bp-powerdns reads it.
 */
export const loadBalancerRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'catalyst-load-balancer',
} as const;

export function loadBalancerObject({ ipv4, ipv6 }: LoadBalancerAddresses): KubeObject {
  const { apiVersion, kind, namespace, name } = loadBalancerRef;
  return { apiVersion, kind, metadata: { namespace, name }, data: { ipv4, ...(ipv6 ? { ipv6 } : {}) } };
}

/** Undefined while the cluster has no record of it. */
export async function loadBalancerAddresses(kube: Pick<Kube, 'get'>): Promise<LoadBalancerAddresses | undefined> {
  const data = ((await kube.get(loadBalancerRef)) as { data?: Record<string, string> } | undefined)?.data;
  return data?.['ipv4'] ? { ipv4: data['ipv4'], ...(data['ipv6'] ? { ipv6: data['ipv6'] } : {}) } : undefined;
}
