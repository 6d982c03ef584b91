/**
 * Whether the cluster's own policies let pods out: Cilium's cluster-wide deny of the world or of an address, or an allow-list
 * without the world; and whether its CoreDNS is told not to know a name.
 */
import { isIP } from 'node:net';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';

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
function isUnknown(lab: Pick<ReconcileContext, 'store'>, host: string): boolean {
  const data = lab.store.get('v1/ConfigMap', 'kube-system', 'coredns-custom')?.data ?? {};
  return Object.entries(data as Record<string, string>).some(
    ([key, text]) => key.endsWith('.server') && text.includes('NXDOMAIN') && text.split(/\s+/).includes(`${host}:53`),
  );
}

/** Where a pod gets to when it calls a name or address outside; the addresses as the pod's resolver answers, none when it does not. */
export async function egressTo(
  lab: Pick<ReconcileContext, 'store' | 'world'>,
  host: string,
  port: number,
): Promise<{ addresses: string[]; place?: { host: string; port: number } }> {
  const addresses = await addressesOf(lab, host);
  if (isWorldDenied(lab)) return { addresses };
  const policies = lab.store.list(EGRESS_POLICY);
  for (const address of addresses) {
    if (policies.some((one) => deniesAddress(one, address))) continue;
    const arrival = lab.world.outside?.arrive(address, port);
    if (typeof arrival === 'number') return { addresses, place: { host: '127.0.0.1', port: arrival } };
  }
  return { addresses };
}

async function addressesOf(lab: Pick<ReconcileContext, 'store' | 'world'>, host: string): Promise<string[]> {
  if (isIP(host)) return [host];
  return isUnknown(lab, host) ? [] : ((await lab.world.outside?.resolve(host)) ?? []);
}

export const isWorldDenied = (lab: Pick<ReconcileContext, 'store'>): boolean =>
  lab.store.list(EGRESS_POLICY).some(denies);
