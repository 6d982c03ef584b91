/**
 * Whether the cluster's own policies let pods out: Cilium's cluster-wide deny of the world or of an address, or an allow-list
 * without the world; and whether its CoreDNS is told not to know a name.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Lab } from './engine.js';

export const EGRESS_POLICY = 'cilium.io/v2/CiliumClusterwideNetworkPolicy';

interface Rule {
  toEntities?: string[];
  toCIDR?: string[];
  toCIDRSet?: { cidr: string; except?: string[] }[];
}

const namesWorld = (rule: Rule): boolean =>
  (rule.toEntities ?? []).some((entity) => entity === 'world' || entity === 'all') ||
  (rule.toCIDR ?? []).includes('0.0.0.0/0') ||
  (rule.toCIDRSet ?? []).some((set) => set.cidr === '0.0.0.0/0');

/** Deny wins over allow; a policy that allows something on egress denies the rest. */
export function denies(policy: KubeObject): boolean {
  const { egress, egressDeny, enableDefaultDeny } = policy.spec ?? {};
  if (((egressDeny ?? []) as Rule[]).some(namesWorld)) return true;
  // A deny alone turns everything else to default deny too, unless the policy says that it does not.
  if (Array.isArray(egressDeny) && !Array.isArray(egress)) return enableDefaultDeny?.egress !== false;
  return Array.isArray(egress) && !(egress as Rule[]).some(namesWorld);
}

/** Whether a rule denies just this address. */
function deniesAddress(policy: KubeObject, address: string): boolean {
  const cidrs = ((policy.spec?.egressDeny ?? []) as Rule[]).flatMap((rule) => [
    ...(rule.toCIDR ?? []),
    ...(rule.toCIDRSet ?? []).map(({ cidr }) => cidr),
  ]);
  return cidrs.some((cidr) => cidr === address || cidr === `${address}/32`);
}

/** Whether CoreDNS has a server block for the name that answers NXDOMAIN (k3s reads `*.server` of coredns-custom). */
function isUnknown(lab: Pick<Lab, 'store'>, host: string): boolean {
  const data = lab.store.get('v1/ConfigMap', 'kube-system', 'coredns-custom')?.data ?? {};
  return Object.entries(data as Record<string, string>).some(
    ([key, text]) => key.endsWith('.server') && text.includes('NXDOMAIN') && text.split(/\s+/).includes(`${host}:53`),
  );
}

/** Where a pod gets to when it asks for a name outside; its address as the pod's resolver answers, empty when it does not. */
export function wayOut(
  lab: Pick<Lab, 'store' | 'world'>,
  host: string,
  port: number,
): { addresses: string[]; place?: { host: string; port: number } } {
  const address = lab.world.addressOf?.(host);
  if (address === undefined || isUnknown(lab, host)) return { addresses: [] };
  const refused = isWorldDenied(lab) || lab.store.list(EGRESS_POLICY).some((one) => deniesAddress(one, address));
  const place = refused ? undefined : lab.world.outside?.(host, port);
  return { addresses: [address], ...(place ? { place } : {}) };
}

export const isWorldDenied = (lab: Pick<Lab, 'store'>): boolean => lab.store.list(EGRESS_POLICY).some(denies);
