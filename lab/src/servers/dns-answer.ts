/** What an authoritative server answers to a question: from its zone, a referral, nothing, or "not mine" (RFC 1034 §4.3.2). */
import type { RRset, Zone, Zones } from './zones.js';
import { absolute, isBelow, rrsetKey } from './zones.js';

export interface ZoneAnswer {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  authoritative: boolean;
  answers: RRset[];
  authorities: RRset[];
  additionals: RRset[];
}

const nothing = { answers: [], authorities: [], additionals: [] };

export function answerFrom(zones: Zones, question: { name: string; type: string }): ZoneAnswer {
  const name = absolute(question.name);
  const zone = zones.holding(name);
  if (!zone) return { rcode: 'REFUSED', authoritative: false, ...nothing };

  const cut = delegation(zone, name, question.type);
  if (cut) {
    const additionals = cut.contents.flatMap((server) => addressesOf(zones, server));
    return { rcode: 'NOERROR', authoritative: false, answers: [], authorities: [cut], additionals };
  }
  const answers = find(zone, name, question.type, 0);
  const soa = zone.rrsets.get(rrsetKey(zone.name, 'SOA'))!;
  if (answers === undefined) return { rcode: 'NXDOMAIN', authoritative: true, ...nothing, authorities: [soa] };
  if (answers.length === 0) return { rcode: 'NOERROR', authoritative: true, ...nothing, authorities: [soa] };
  const additionals = answers
    .filter((rrset) => rrset.type === 'NS')
    .flatMap((rrset) => rrset.contents.flatMap((server) => addressesOf(zones, server)));
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals };
}

/** The NS RRset below the apex, at or above `name`, that hands the question on. DS at the cut belongs to the parent. */
function delegation(zone: Zone, name: string, type: string): RRset | undefined {
  const labels = name
    .slice(0, name.length - zone.name.length)
    .split('.')
    .filter(Boolean);
  for (let at = labels.length - 1; at >= 0; at -= 1) {
    const candidate = `${labels.slice(at).join('.')}.${zone.name}`;
    const servers = zone.rrsets.get(rrsetKey(candidate, 'NS'));
    if (servers && !(type === 'DS' && candidate === name)) return servers;
  }
  return undefined;
}

function addressesOf(zones: Zones, server: string): RRset[] {
  const rrsets = zones.holding(server)?.rrsets;
  const found = ['A', 'AAAA'].map((type) => rrsets?.get(rrsetKey(absolute(server), type)));
  return found.filter((rrset): rrset is RRset => rrset !== undefined);
}

/** RRsets for the name; empty when it is there without that type; undefined when there is no such name. */
function find(zone: Zone, name: string, type: string, depth: number): RRset[] | undefined {
  const here = [...zone.rrsets.values()].filter((rrset) => rrset.name === name);
  if (here.length === 0) {
    const below = [...zone.rrsets.values()].some((rrset) => isBelow(rrset.name, name));
    if (below) return [];
    const wildcard = closestWildcard(zone, name);
    if (!wildcard) return undefined;
    return find(zone, wildcard, type, depth)?.map((rrset) => (rrset.name === wildcard ? { ...rrset, name } : rrset));
  }
  const exact = here.filter((rrset) => rrset.type === type || type === 'ANY');
  if (exact.length > 0) return exact;
  const alias = here.find((rrset) => rrset.type === 'CNAME');
  if (!alias) return [];
  const target = absolute(alias.contents[0]!);
  const chased = depth < 8 && isBelow(target, zone.name) ? find(zone, target, type, depth + 1) : undefined;
  return [alias, ...(chased ?? [])];
}

/** `*.<closest encloser>`, when the zone has it (RFC 4592). */
function closestWildcard(zone: Zone, name: string): string | undefined {
  const labels = name.split('.');
  for (let at = 1; labels.slice(at).join('.').length >= zone.name.length; at += 1) {
    const encloser = labels.slice(at).join('.');
    const rrsets = [...zone.rrsets.values()];
    if (rrsets.some((rrset) => rrset.name === `*.${encloser}`)) return `*.${encloser}`;
    if (rrsets.some((rrset) => isBelow(rrset.name, encloser))) return undefined;
  }
  return undefined;
}
