/** Names that the mother and the demos live by: pages, services, name servers. No Sovereign may be, shadow or sit below one. Pure. */
import { isIP } from 'node:net';
import type { Sovereign } from './schema.js';

const builtInPages = ['/nova/'];
/** Hosts of the demos that no field of the spec names (platform facts §6). */
const builtInHosts = ['openova.io', 'bakkal.omani.rest'];

/** Pages that must answer as before, throughout, beside those found by content. */
export function protectedPages(sovereign: Sovereign): string[] {
  const console = sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '');
  const base = console.replace('://console.', '://');
  const named = (host: string) => base.replace('://', `://${host}.`);
  return [
    ...new Set([
      ...builtInPages.map((path) => `${console}${path}`),
      `${named('marketplace')}/`,
      `${named('admin')}/nova/`,
      ...sovereign.spec.mother.protected.pages,
    ]),
  ];
}

/** The parent zone that holds the Sovereign's NS records. */
export function parentZoneOf({ spec }: Pick<Sovereign, 'spec'>): string {
  return spec.parentZone.zone ?? spec.pool?.domain ?? spec.fqdn.slice(spec.fqdn.indexOf('.') + 1);
}

/** Lower case, without the final dot. */
export const bareName = (name: string) => name.toLowerCase().replace(/\.$/, '');

/** True for the name itself and every name below it, label by label. */
export const isAtOrBelow = (name: string, above: string) => name === above || name.endsWith(`.${above}`);

/** Hosts and name servers that the spec and the platform name; addresses are left out. */
export function protectedHosts(sovereign: Sovereign): string[] {
  const { mother } = sovereign.spec;
  const urls = [mother.catalyst.consoleUrl, mother.powerdns.endpoint, mother.poolDomainManager.endpoint];
  const hosts = [...urls, ...protectedPages(sovereign)].map((url) => new URL(url).hostname);
  const all = [...builtInHosts, ...mother.hosts, ...mother.powerdns.nameservers, ...hosts].map(bareName);
  return [...new Set(all)].filter(
    (host) => isIP(host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) === 0 && host.includes('.'),
  );
}

/** Why this FQDN must not be a Sovereign's, or undefined. */
export function nameConflict(sovereign: Sovereign): string | undefined {
  const fqdn = bareName(sovereign.spec.fqdn);
  const zone = bareName(parentZoneOf(sovereign));
  if (isAtOrBelow(zone, fqdn)) return `it is, or is above, the parent zone ${zone}`;
  const hosts = protectedHosts(sovereign);
  const theirs = 'a name of the mother or of the SME demos';
  if (hosts.includes(fqdn)) return `it is ${theirs}`;
  const below = hosts.find((host) => isAtOrBelow(host, fqdn));
  if (below !== undefined) return `it is above ${below}, ${theirs}`;
  const above = hosts.find((host) => isAtOrBelow(fqdn, host));
  return above && `it is below ${above}, ${theirs}`;
}
