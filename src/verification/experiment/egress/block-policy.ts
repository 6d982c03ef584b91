/**
 * The egress block of D22: every Pod is denied every address but those of the allow-list. A deny goes before whatever another policy allows
 * (a chart's own policy often lets its Pods out), and what stays inside of the cluster is none of it: Pods, Services and nodes have identities
 * of their own, which no network of addresses selects. So nothing has to be listed for the API server, and no allow is added. Pure.
 */
import { isIP } from 'node:net';
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { allowedNamesKey } from '../../../scans/umbilical/marks.js';
import { hashOf } from '../../../support/hash.js';
import { type BlockRun, cidrOf, marksOf, policyRef } from '../egress-objects.js';
import { namesObject } from '../egress-ways.js';
import type { Allowed } from './allow-list.js';

const everywhere = ['0.0.0.0/0', '::/0'];

/** Addresses that the block lets out, sorted. */
export function addressesOf(allowed: readonly Pick<Allowed, 'addresses'>[]): string[] {
  return [...new Set(allowed.flatMap(({ addresses }) => addresses))].filter((one) => isIP(one) !== 0).sort();
}

export function blockSpec(allowed: readonly Pick<Allowed, 'addresses'>[]) {
  const all = addressesOf(allowed);
  return {
    endpointSelector: {},
    enableDefaultDeny: { ingress: false, egress: false },
    egressDeny: [
      {
        toCIDRSet: everywhere.map((cidr) => {
          const except = all.filter((one) => one.includes(':') === cidr.includes(':')).map(cidrOf);
          return { cidr, ...(except.length > 0 ? { except } : {}) };
        }),
      },
    ],
  };
}

export function blockPolicy(run: BlockRun, allowed: readonly Allowed[]): KubeObject {
  const { apiVersion, kind, name } = policyRef;
  const description = 'Definition of Done, D22: temporary block of all egress but a short list';
  return { apiVersion, kind, metadata: { name, ...marksOf(run) }, spec: { description, ...blockSpec(allowed) } };
}

/** What of a policy on the cluster lets more out than the list, or blocks less; a clause each. What a server adds of its own is no matter. */
export function widened(spec: unknown, allowed: readonly Pick<Allowed, 'addresses'>[]): string[] {
  const { endpointSelector, enableDefaultDeny, egressDeny, egress, ...rest } = (spec ?? {}) as Record<string, unknown>;
  const { description: _, ...other } = rest;
  const wanted = blockSpec(allowed);
  const same = (one: unknown, another: unknown) => hashOf(one ?? null) === hashOf(another ?? null);
  const lets = Array.isArray(egress) && egress.length > 0;
  return [
    ...(same(endpointSelector, wanted.endpointSelector) ? [] : ['it no longer selects every Pod']),
    ...(same(egressDeny, wanted.egressDeny) ? [] : [denyText(egressDeny, addressesOf(allowed).map(cidrOf))]),
    ...(lets ? [`it allows ${textOf(egress)}`] : []),
    ...(same(enableDefaultDeny, wanted.enableDefaultDeny) ? [] : ['its default has changed']),
    ...(Object.keys(other).length > 0 ? [`it has ${Object.keys(other).join(', ')}`] : []),
  ];
}

/** What it lets out that the list does not have, or else what it denies. */
function denyText(rules: unknown, listed: readonly string[]): string {
  const sets = (Array.isArray(rules) ? (rules as { toCIDRSet?: { except?: string[] }[] }[]) : []).flatMap(
    ({ toCIDRSet = [] }) => toCIDRSet,
  );
  const more = sets.flatMap(({ except = [] }) => except).filter((one) => !listed.includes(one));
  return more.length > 0 ? `it lets out ${more.join(', ')}` : `it denies ${textOf(rules)}`;
}

const textOf = (rules: unknown) => (JSON.stringify(rules) ?? 'nothing').slice(0, 300);

/**
 * Answers for the names on the list, fixed to the addresses that the policy lets out: the two cannot drift apart in the window. The
 * Sovereign's own zone is answered by its own name servers. No other name resolves, because CoreDNS is denied its way to a resolver.
 */
export function allowedNames(
  allowed: readonly Allowed[],
  { fqdn, nameServers, runId }: { fqdn: string; nameServers: readonly string[]; runId: string },
): string {
  const named = allowed.filter(({ as, host }) => as !== 'own' && host !== undefined && isIP(host) === 0);
  const lines = named.flatMap(({ host, addresses }) => addresses.map((address) => `        ${address} ${host}\n`));
  const zones = named.map(({ host }) => `${host}:53`).join(' ');
  const fixed = named.length > 0 ? `${zones} {\n    hosts {\n${lines.join('')}    }\n}\n` : '';
  const own = nameServers.length > 0 ? `${fqdn}:53 {\n    forward . ${nameServers.join(' ')}\n}\n` : '';
  return `# run ${runId}\n${fixed}${own}`;
}

/** Both server blocks: names that are denied, and names that are let out. */
export function blockNames(denied: readonly string[], known: string, runId: string): KubeObject {
  const object = namesObject(denied, runId);
  return { ...object, data: { ...object.data, [allowedNamesKey]: known } };
}

/** What of both is on the cluster. */
export const namesOn = (object: KubeObject | undefined, keys: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(keys.map((key) => [key, (object?.data?.[key] as string | undefined) ?? null]));
