/**
 * Canaries of the egress block: what a Pod must not reach while it is active, by name and by the address that the name had before, and what it
 * must reach all the same. A name that does not resolve says nothing of the policy, so its address is dialed too.
 */
import { isIP } from 'node:net';
import type { Mutation } from '../../../engine/mutation.js';
import { type ProbeJob, probeJobMutations } from '../../../walk/probes/probe-job.js';
import type { Allowed } from './allow-list.js';

export interface Canary {
  /** As a Pod resolves it now. */
  addresses: string[];
  /** Port 443 was reached by its name. */
  reached: boolean;
  /** The same at the address that it had before the block; left out where none was known. */
  direct?: boolean;
}

/** What one Pod came to. */
export interface CanaryLook {
  /** By name. */
  hosts: Record<string, Canary>;
  /** Resolvers outside, by address: whether a Pod gets a connection to their port 53. */
  resolvers: Record<string, boolean>;
}

/** Anybody's pages and registries: those that the list does not let out must fail. */
export const publicCanaries = ['github.com', 'ghcr.io', 'api.dynadot.com', 'ip.hetzner.com', 'example.com'] as const;
export const outsideResolvers = ['1.1.1.1', '8.8.8.8'] as const;
/** The cluster's own API, which no egress block may touch. */
export const insideCanary = 'kubernetes.default.svc';

/** How many sources on the list are tried as canaries. */
const sourcesMost = 2;

/** Names that must fail: those that are denied by name, and anybody's that nothing on the list names or shares an address with. Pure. */
export function deniedCanaries(deniedNames: readonly string[], allowed: readonly Allowed[]): string[] {
  const listed = new Set(allowed.flatMap(({ host }) => host ?? []));
  return [...new Set([...deniedNames, ...publicCanaries])].filter((host) => isIP(host) === 0 && !listed.has(host));
}

/** Names that must be reached: the cluster's API, the Sovereign's own console, and some of the sources on the list. Pure. */
export function allowedCanaries(allowed: readonly Allowed[]): string[] {
  const named = (as: Allowed['as']) =>
    allowed
      .filter((one) => one.as === as && one.addresses.length > 0)
      .flatMap(({ host }) => (host !== undefined && isIP(host) === 0 ? [host] : []));
  return [insideCanary, ...named('own'), ...named('cloud').slice(0, 1), ...named('source').slice(0, sourcesMost)];
}

/** What of a look was reached, in words: `x`, or `x at its address`. Pure. */
export function reachedOf({ hosts }: CanaryLook, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const seen = hosts[name];
    return seen?.reached ? [name] : seen?.direct ? [`${name} at its address`] : [];
  });
}

/** Names that still have an address, and resolvers that still answer. Pure. */
export function resolvedIn({ hosts, resolvers }: CanaryLook, names: readonly string[]): string[] {
  return [
    ...names.filter((name) => (hosts[name]?.addresses.length ?? 0) > 0).map((name) => `${name} still resolves`),
    ...Object.keys(resolvers)
      .filter((server) => resolvers[server])
      .map((server) => `the resolver ${server} is still reached`),
  ];
}

const canaryScript = `set -eu
touched() {
  at=$(curl -sk -o /dev/null -w '%{time_connect}' --connect-timeout 4 -m 8 "$@" < /dev/null 2>/dev/null) || true
  case "$at" in *[1-9]*) printf true ;; *) printf false ;; esac
}
sep=''
{
  printf '{"hosts":{'
  for one in $TARGETS; do
    host=\${one%%=*}
    known=\${one#*=}
    found=$(timeout 12 getent ahosts "$host" 2>/dev/null | awk '{print $1}' | sort -u | head -n 4 | awk '{printf "%s\\"%s\\"", n++ ? "," : "", $1}') || found=''
    printf '%s"%s":{"addresses":[%s],"reached":%s' "$sep" "$host" "$found" "$(touched "https://$host/")"
    if [ -n "$known" ]; then printf ',"direct":%s' "$(touched --resolve "$host:443:$known" "https://$host/")"; fi
    printf '}'
    sep=','
  done
  printf '},"resolvers":{'
  sep=''
  for server in $RESOLVERS; do
    printf '%s"%s":%s' "$sep" "$server" "$(touched "telnet://$server:53")"
    sep=','
  done
  printf '}}'
} > /dev/termination-log
`;

/** @param known by name: an address that it has had */
export function canaryProbe(
  image: string,
  {
    hosts,
    known,
    resolvers,
  }: { hosts: readonly string[]; known: Readonly<Record<string, string>>; resolvers: readonly string[] },
): ProbeJob {
  return {
    name: 'egress-canaries',
    image,
    script: canaryScript,
    env: { TARGETS: hosts.map((host) => `${host}=${known[host] ?? ''}`).join(' '), RESOLVERS: resolvers.join(' ') },
    timeoutMs: 60_000 + (hosts.length + resolvers.length) * 30_000,
  };
}

/** Plan of every run of it. */
export const canaryProbeMutations: readonly Mutation[] = probeJobMutations(
  canaryProbe('', { hosts: [], known: {}, resolvers: [] }),
);

/** By name, the first IPv4 address that a look found. Pure. */
export function knownAddresses({ hosts }: CanaryLook): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hosts).flatMap(([host, { addresses }]) => {
      const first = addresses.find((one) => isIP(one) === 4);
      return first === undefined ? [] : [[host, first] as const];
    }),
  );
}

/** What of the outside a Pod still gets to, a clause each. Pure. */
export const openIn = (look: CanaryLook, names: readonly string[]): string[] => [
  ...reachedOf(look, names).map((one) => `${one} can still be reached`),
  ...resolvedIn(look, names),
];
