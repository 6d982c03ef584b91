/** Which addresses are of the cluster itself: its Pods, its Services and its nodes, in networks as the cluster has them. */
import { isIP } from 'node:net';
import type { Kube } from '../../../kubernetes/client/kube.js';
import { canonicalAddress } from '../../../scans/names/addresses.js';
import { networkIn, networksOf } from '../../../support/addresses/networks.js';

/** In CIDR form; an address alone where its network is not known. */
export async function insideOf(kube: Kube): Promise<string[]> {
  const [nodes, ciliumNodes, ranges, services] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Node' }),
    // Cilium may choose the networks of Pods itself; then those on the Nodes are nobody's
    kube.list({ apiVersion: 'cilium.io/v2', kind: 'CiliumNode' }),
    kube.list({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' }),
    kube.list({ apiVersion: 'v1', kind: 'Service' }),
  ]);
  const networks = [
    ...nodes.flatMap(({ spec }) => (spec?.podCIDRs ?? []) as string[]),
    ...ciliumNodes.flatMap(({ spec }) => (spec?.ipam?.podCIDRs ?? []) as string[]),
    ...ranges.flatMap(({ spec }) => (spec?.cidrs ?? []) as string[]),
  ].filter(networkIn);
  // before Kubernetes 1.33 the API server alone knows the range of Services
  const alone = [
    ...services.flatMap(({ spec }) => (spec?.clusterIPs ?? []) as string[]),
    ...nodes.flatMap(({ status }) =>
      ((status?.addresses ?? []) as { address: string }[]).map(({ address }) => address),
    ),
  ].filter((one) => isIP(one) !== 0);
  const known = networksOf(networks);
  return [...new Set([...networks, ...alone.filter((one) => !known(one))])].sort();
}

/** The digits of an address by which `patternOf` finds it: 4 or 6, then all of them in hexadecimal. A function for awk. */
export const digits = `
function digits(a,   part) {
  if (a ~ /:/) {
    gsub(/:/, "", a)
    return "6" a
  }
  split(a, part, ".")
  return sprintf("4%02x%02x%02x%02x", part[1], part[2], part[3], part[4])
}`;

/** How the digits of each address in a network begin, as a regular expression: /18 is four digits and half of another. */
export function patternOf(network: string): string {
  const { base, bits } = networkIn(network)!;
  const [family = '', ...all] = digitsOf(base);
  const open = all[bits >> 2];
  const rest = bits & 3;
  const first = Number.parseInt(open ?? '0', 16) & (0xf0 >> rest) & 0xf;
  const choice = rest === 0 ? '' : `[${'0123456789abcdef'.slice(first, first + (16 >> rest))}]`;
  return `${family}${all.slice(0, bits >> 2).join('')}${choice}`;
}

/** The same as awk's, of an address however it is written. */
function digitsOf(address: string): string {
  const canonical = canonicalAddress(address);
  const hex = (text: string, length: number) => text.padStart(length, '0');
  if (isIP(canonical) === 4)
    return `4${canonical
      .split('.')
      .map((part) => hex(Number(part).toString(16), 2))
      .join('')}`;
  const [before = [], after = []] = canonical.split('::').map((side) =>
    side
      .split(':')
      .filter(Boolean)
      .map((group) => hex(group, 4)),
  );
  const zeros = Array<string>(8 - before.length - after.length).fill('0000');
  return `6${[...before, ...zeros, ...after].join('')}`;
}
