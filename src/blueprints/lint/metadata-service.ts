/** Pods must not reach the metadata service of the cloud: a server's user data, with the join token, is readable there. */
import type { Finding } from './finding.js';
import type { Linted, Placed } from './placed.js';

const address = '169.254.169.254/32';

interface DenyRule {
  toCIDR?: string[];
  toCIDRSet?: { cidr: string }[];
}

export function lintMetadataService({ placed }: Linted): Finding[] {
  if (placed.some(denies)) return [];
  return [
    {
      blueprint: 'bp-cilium',
      rule: 'metadata-service',
      severity: 'error',
      path: 'bp-cilium/config/metadata-service.yaml',
      message: `No policy denies ${address} to all Pods: they can read the join token of the cluster there`,
      remedy: 'Deny it with a CiliumClusterwideNetworkPolicy that selects every endpoint, without default deny',
    },
  ];
}

/** For every endpoint, leaving everything else as it is. */
function denies({ object: { kind, spec } }: Placed): boolean {
  if (kind !== 'CiliumClusterwideNetworkPolicy') return false;
  const everywhere = Object.keys(spec?.endpointSelector ?? { none: true }).length === 0;
  const cidrs = ((spec?.egressDeny ?? []) as DenyRule[]).flatMap(({ toCIDR = [], toCIDRSet = [] }) => [
    ...toCIDR,
    ...toCIDRSet.map(({ cidr }) => cidr),
  ]);
  return everywhere && spec?.enableDefaultDeny?.egress === false && cidrs.includes(address);
}
