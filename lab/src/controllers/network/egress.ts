/**
 * Whether the cluster's own policies let Pods out, as Cilium decides: a deny goes before every allow, and what a policy selects is denied by
 * default unless the policy leaves that off. And what its CoreDNS answers: names that it is told of, else what a resolver outside answers,
 * as long as its own Pods get to one.
 */
import { isIP } from 'node:net';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { resolverAddresses } from '../../internet/internet.js';
import { isWithin } from '../../internet/networks.js';
import type { ReconcileContext } from '../reconciler.js';

export const EGRESS_POLICY = 'cilium.io/v2/CiliumClusterwideNetworkPolicy';

interface Rule {
  toEntities?: string[];
  toCIDR?: string[];
  toCIDRSet?: { cidr: string; except?: string[] }[];
  toFQDNs?: { matchName?: string; matchPattern?: string }[];
}

/** Where a connection goes: an address, and the name that it was looked up by. */
interface Destination {
  address: string;
  host?: string;
}

const rulesOf = (policy: KubeObject, field: 'egress' | 'egressDeny'): Rule[] | undefined => {
  const rules = policy.spec?.[field] as Rule[] | undefined;
  return Array.isArray(rules) ? rules : undefined;
};

/** Everything here is outside of the cluster, so the entities of the cluster never select it. */
function selects(rule: Rule, { address, host }: Destination): boolean {
  if ((rule.toEntities ?? []).some((entity) => entity === 'world' || entity === 'all')) return true;
  const isIn = (cidr: string) => isWithin(address, cidr);
  if ((rule.toCIDR ?? []).some(isIn)) return true;
  if ((rule.toCIDRSet ?? []).some(({ cidr, except = [] }) => isIn(cidr) && !except.some(isIn))) return true;
  return host !== undefined && (rule.toFQDNs ?? []).some((one) => fits(host, one));
}

/** A star stands for characters of one label. */
function fits(host: string, { matchName, matchPattern }: { matchName?: string; matchPattern?: string }): boolean {
  if (matchName !== undefined) return host === matchName.toLowerCase();
  const pattern = (matchPattern ?? '').toLowerCase().replaceAll('.', '\\.').replaceAll('*', '[-a-z0-9_]*');
  return matchPattern === '*' || new RegExp(`^${pattern}$`).test(host);
}

/** Whether a policy puts what it selects into default deny. */
function deniesByDefault(policy: KubeObject): boolean {
  const chosen = policy.spec?.enableDefaultDeny?.egress as boolean | undefined;
  return chosen ?? (rulesOf(policy, 'egress') !== undefined || rulesOf(policy, 'egressDeny') !== undefined);
}

/** Whether policies, taken together, deny it. */
export function denied(policies: readonly KubeObject[], to: Destination): boolean {
  const every = (field: 'egress' | 'egressDeny') => policies.flatMap((policy) => rulesOf(policy, field) ?? []);
  if (every('egressDeny').some((rule) => selects(rule, to))) return true;
  return policies.some(deniesByDefault) && !every('egress').some((rule) => selects(rule, to));
}

/** What CoreDNS is told of the name in a further server block (k3s reads `*.server` of coredns-custom); undefined: nothing. */
function told(
  lab: Pick<ReconcileContext, 'store'>,
  host: string,
): { addresses: string[] } | { forward: string[] } | undefined {
  const data = lab.store.get('v1/ConfigMap', 'kube-system', 'coredns-custom')?.data ?? {};
  let best: { zone: string; body: string } | undefined;
  for (const [key, text] of Object.entries(data as Record<string, string>))
    for (const { zones, body } of key.endsWith('.server') ? blocksIn(text) : [])
      for (const zone of zones)
        if ((host === zone || host.endsWith(`.${zone}`)) && zone.length > (best?.zone.length ?? 0))
          best = { zone, body };
  if (!best) return undefined;
  const forward = /forward \. ([^\n]+)/.exec(best.body)?.[1];
  if (forward) return { forward: forward.trim().split(/\s+/) };
  const lines = best.body.split('\n').map((line) => line.trim().split(/\s+/));
  return { addresses: lines.flatMap(([address = '', name]) => (isIP(address) && name === host ? [address] : [])) };
}

/** `zone:53 zone:53 {` at the left margin opens a block, `}` there closes it. */
function blocksIn(text: string): { zones: string[]; body: string }[] {
  return [...text.matchAll(/^([^\s#{}][^{}\n]*)\{\n([\s\S]*?)^\}/gm)].map(([, names = '', body = '']) => ({
    zones: names
      .trim()
      .split(/\s+/)
      .map((zone) => zone.replace(/:53$/, '')),
    body,
  }));
}

/** Where a Pod gets to when it calls a name or address outside; the addresses as the Pod's resolver answers, none when it does not. */
export async function egressTo(
  lab: Pick<ReconcileContext, 'store' | 'world'>,
  host: string,
  port: number,
): Promise<{ addresses: string[]; place?: { host: string; port: number } }> {
  const policies = lab.store.list(EGRESS_POLICY);
  const addresses = await addressesOf(lab, policies, host);
  for (const address of addresses) {
    if (denied(policies, isIP(host) ? { address } : { address, host })) continue;
    // what a lab has no public address for answers on this machine: its chart mirror, its cloud API, its buckets
    if (isLoopback(address)) return { addresses, place: { host: '127.0.0.1', port } };
    const arrival = lab.world.outside?.arrive(address, port);
    if (typeof arrival === 'number') return { addresses, place: { host: '127.0.0.1', port: arrival } };
  }
  return { addresses };
}

const isLoopback = (address: string) => address.startsWith('127.');

async function addressesOf(
  lab: Pick<ReconcileContext, 'store' | 'world'>,
  policies: readonly KubeObject[],
  host: string,
): Promise<string[]> {
  if (isIP(host)) return [host];
  const own = told(lab, host);
  if (own && 'addresses' in own) return own.addresses;
  const upstream = own?.forward ?? [resolverAddresses.ipv4];
  if (upstream.every((address) => denied(policies, { address }))) return [];
  return (await lab.world.outside?.resolve(host)) ?? [];
}

/** Whether a Pod gets a connection to a resolver outside. */
export function reachesResolver({ store, world }: Pick<ReconcileContext, 'store' | 'world'>, address: string): boolean {
  return !denied(store.list(EGRESS_POLICY), { address }) && typeof world.outside?.arrive(address, 53) === 'number';
}
