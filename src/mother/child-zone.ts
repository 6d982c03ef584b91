/**
 * The Sovereign's name as a zone of its own on the mother: the pool-domain-manager makes one when it reserves a name. As long as it is
 * there, the mother's servers answer from it and never refer to the Sovereign's.
 */
import type { Mutation } from '../engine/mutation.js';
import { bareName, isAtOrBelow } from '../sovereign/spec/protected-names.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { hashOf } from '../support/hash.js';
import type { Allocation } from './pool-domain-manager.js';
import type { PowerDnsReader, RecordSet } from './powerdns.js';
import { foreignContent, type ZoneContent, type ZoneExport } from './zone-export.js';

export interface ChildZone {
  zone: ZoneContent;
  /** Why it is not, or may not be, this Sovereign's: what of it the pool-domain-manager did not write. */
  foreign: string[];
}

/**
 * The zone named exactly by the FQDN, or undefined. Zones below it are in the way as well and are never taken for it.
 *
 * @param rows of the pool, where they could be read
 * @throws E5011 where zones below the FQDN exist
 */
export async function findChildZone(
  dns: Pick<PowerDnsReader, 'zones' | 'whole'>,
  { spec }: Sovereign,
  rows: readonly Allocation[] = [],
): Promise<ChildZone | undefined> {
  const own = bareName(spec.fqdn);
  const zones = (await dns.zones()).map(bareName);
  const below = zones.filter((zone) => zone !== own && isAtOrBelow(zone, own));
  if (below.length > 0)
    throw fail(
      'E5011',
      `The mother's PowerDNS has zones below ${own}, which its delegation would hide: ${below.join(', ')}.`,
      {
        actions: below.map((zone) => `find out whose it is, then: pdnsutil delete-zone ${zone}`),
        data: { zones: below },
      },
    );
  const zone = zones.includes(own) ? await dns.whole(own) : undefined;
  if (!zone) return undefined;
  const row = rows.find(({ subdomain, poolDomain }) => `${subdomain}.${poolDomain}` === own);
  const holder = row?.sovereignFQDN;
  const held = holder !== undefined && bareName(holder) !== own ? [`held in the pool for ${holder}`] : [];
  return { zone, foreign: [...held, ...foreignContent(zone, own, spec.mother.powerdns.nameservers)] };
}

/** @throws E5011 naming everything in the zone that is somebody else's as far as can be known */
export function requireOwnContent({ zone, foreign }: ChildZone): void {
  if (foreign.length === 0) return;
  const name = bareName(zone.name);
  const sets = zone.rrsets.filter((set) =>
    foreign.some((line) => line.startsWith(`${set.type} ${bareName(set.name)} `)),
  );
  throw fail(
    'E5011',
    `Zone ${name} on the mother has content that neither the pool-domain-manager nor catalyst wrote: ${foreign.join('; ')}. Nothing was changed.`,
    {
      actions: [
        'find out whose it is; records that nobody needs are removed on the mother:',
        ...sets.map(
          (set) =>
            `kubectl -n openova-system exec deploy/powerdns -- pdnsutil delete-rrset ${name} ${bareName(set.name)}. ${set.type}`,
        ),
        command('resume'),
      ],
      data: { zone: name, foreign },
    },
  );
}

/**
 * The parent zone may delegate the name to the mother, who reserved it, or to the Sovereign's own servers already. Servers of anybody
 * else are somebody's who uses the name.
 *
 * @param there the parent zone
 * @throws E5011 naming the servers
 */
export function requireOwnDelegation(
  there: readonly RecordSet[],
  { zone, fqdn, nameservers }: { zone: string; fqdn: string; nameservers: readonly string[] },
): void {
  const own = [...nameservers.map(bareName), ...[1, 2, 3].map((index) => `ns${index}.${bareName(fqdn)}`)];
  const servers = there.filter(({ name, type }) => type === 'NS' && bareName(name) === bareName(fqdn));
  const foreign = servers.flatMap(({ records }) => records.map(bareName)).filter((name) => !own.includes(name));
  if (foreign.length === 0) return;
  throw fail(
    'E5011',
    `Zone ${zone} delegates ${fqdn} to ${foreign.join(', ')}, which are neither the mother's name servers nor this Sovereign's: somebody else uses the name. Nothing was changed.`,
    {
      actions: [
        `dig NS ${fqdn} @${nameservers[0]}`,
        'find out whose it is; a delegation that nobody needs is removed on the mother:',
        `kubectl -n openova-system exec deploy/powerdns -- pdnsutil delete-rrset ${zone} ${bareName(fqdn)}. NS`,
        command('resume'),
      ],
      data: { zone, foreign },
    },
  );
}

/** What happens to it, in a sentence for preflight and confirmation. */
export function removalOf({ zone }: ChildZone, fqdn: string): string {
  return `removes zone ${fqdn} (${zone.rrsets.length} record sets) from the mother's PowerDNS once it is exported and the name is delegated`;
}

/** `exported`: left out of a plan, which reads no keys. */
export function removeZoneMutation(fqdn: string, exported?: ZoneExport): Mutation {
  const effect = exported && {
    field: 'zone',
    before: {
      recordSets: exported.rrsets.length,
      keys: exported.keys.length,
      export: hashOf(exported),
      restore: `${command('cluster destroy', { 'restore-zone': true })}, or ${command('handover abort', { 'restore-zone': true })}`,
    },
    after: null,
  };
  return {
    target: { system: 'mother', kind: 'Zone', namespace: 'openova-system', name: `${fqdn}.` },
    sentence: `remove zone ${fqdn} from the mother's PowerDNS, exported with its keys, so that the mother's name servers refer to the Sovereign's`,
    ...(effect ? { effect } : {}),
  };
}

export function restoreZoneMutation(fqdn: string): Mutation {
  return {
    target: { system: 'mother', kind: 'Zone', namespace: 'openova-system', name: `${fqdn}.` },
    sentence: `create zone ${fqdn} in the mother's PowerDNS as it was exported, keys included`,
  };
}
