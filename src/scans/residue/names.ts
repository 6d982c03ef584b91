/** What DNS and the pool of the mother hold of a Sovereign: zones of its name and below, record sets above it, its row in the pool. */
import { isIP } from 'node:net';
import { poolAllocations } from '../../mother/pool-domain-manager.js';
import type { PowerDnsReader, RecordSet } from '../../mother/powerdns.js';
import { bareName, isAtOrBelow } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import { canonicalAddress } from '../names/addresses.js';
import type { Finding, Scanned } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import type { Field, Wanted } from '../text/search.js';
import { motherAddresses } from '../umbilical/mother.js';

const erase = command('handover decommission');

export interface NameTools {
  dns(): Promise<PowerDnsReader>;
}

/** A name outside of the mother's pools has no row there: she says so herself, or the spec names no pool. */
export function poolPlace(look: Scanned): ScanPlace {
  const { endpoint } = look.sovereign.spec.mother.poolDomainManager;
  const { fqdn, pool } = look.sovereign.spec;
  const { domain, subdomain } = pool ?? {};
  return {
    place: 'pool-domain-manager',
    how: domain === undefined ? 'the spec names no pool' : `GET ${endpoint}/api/v1/pool/${domain}/list`,
    async look() {
      const rows = domain === undefined ? [] : ((await poolAllocations(look, domain)) ?? []);
      const own = rows.filter((row) => row.subdomain === subdomain || row.sovereignFQDN === fqdn);
      return own.map((row) => ({
        id: `pool ${row.subdomain}.${row.poolDomain}`,
        where: `pool ${row.poolDomain}`,
        what: `row ${row.subdomain}, ${row.state}`,
        breaks: 'nothing, as long as it stays',
        remedy: 'leave it: releasing it would drop the delegation too',
        ...(row.subdomain === subdomain
          ? { accepted: 'keeps the name from being given to somebody else; holds no secret' }
          : {}),
      }));
    },
  };
}

export function zonePlaces(look: Scanned, tools: NameTools, wanted: Wanted): ScanPlace[] {
  const { fqdn, mother } = look.sovereign.spec;
  const zones = async () => (await (await tools.dns()).zones()).map(bareName);
  return [
    {
      place: "zones of the mother's PowerDNS",
      how: `GET ${mother.powerdns.endpoint}/api/v1/servers/localhost/zones: those of ${fqdn} and below`,
      async look() {
        const dns = await tools.dns();
        const own = (await zones()).filter((zone) => isAtOrBelow(zone, fqdn));
        return Promise.all(own.map(async (zone) => zoneFinding(zone, fqdn, (await dns.zone(zone))?.length ?? 0)));
      },
    },
    {
      place: "record sets in every other zone of the mother's PowerDNS",
      how: 'GET of each zone: names at and below the FQDN, and contents that name the Sovereign',
      async look() {
        const dns = await tools.dns();
        const hers = (await motherAddresses(look)).map(canonicalAddress);
        const others = (await zones()).filter((zone) => !isAtOrBelow(zone, fqdn));
        const sets = await Promise.all(others.map(async (zone) => ({ zone, sets: (await dns.zone(zone)) ?? [] })));
        return sets.flatMap((one) => setFindings({ ...one, fqdn, hers, wanted }));
      },
    },
  ];
}

function zoneFinding(zone: string, fqdn: string, sets: number): Finding {
  const isCopy = zone === fqdn;
  return {
    id: `zone ${zone}`,
    where: "the mother's PowerDNS",
    what: `${isCopy ? 'a copy of' : 'a zone below the Sovereign:'} zone ${zone} with ${sets} record sets`,
    breaks: 'it answers with old addresses instead of the delegation',
    remedy: isCopy ? erase : `delete zone ${zone} on the mother by hand`,
  };
}

interface ZoneSets {
  zone: string;
  sets: readonly RecordSet[];
  fqdn: string;
  hers: readonly string[];
  wanted: Wanted;
}

const anywhere: Field = { name: '', path: '' };

function setFindings({ zone, sets, fqdn, hers, wanted }: ZoneSets): Finding[] {
  const delegated = sets
    .filter(({ name, type }) => type === 'NS' && bareName(name) === fqdn)
    .flatMap(({ records }) => records.map(bareName));
  return sets.flatMap((set): Finding[] => {
    const name = bareName(set.name);
    const at = `rrset ${set.name} ${set.type}`;
    if (isAtOrBelow(name, fqdn))
      return [ownSet(set, { zone, at, structural: isStructural(set, { fqdn, delegated, hers }) })];
    const key = set.records
      .map((record) => [...wanted.inText(record.toLowerCase(), anywhere)][0])
      .find((one) => one !== undefined);
    if (key === undefined) return [];
    return [
      {
        id: at,
        where: `zone ${zone}`,
        what: `${set.type} ${set.name} names ${key}`,
        breaks: 'a name of the mother leads to the Sovereign',
        remedy: 'look at it, and delete the record set by hand if nobody needs it',
        mention: true,
      },
    ];
  });
}

function ownSet(set: RecordSet, { zone, at, structural }: { zone: string; at: string; structural: boolean }): Finding {
  return {
    id: at,
    where: `zone ${zone}`,
    what: `${set.type} ${set.name}`,
    breaks: structural ? 'the name of the Sovereign, were it removed' : 'it hides what the Sovereign itself serves',
    remedy: structural ? 'leave it' : 'delete the record set',
    ...(structural ? { accepted: 'a parent zone needs the delegation and its glue' } : {}),
  };
}

/** The delegation, its DS, and the address of a server that the delegation names and that is not the mother's. */
function isStructural(
  { name, type, records }: RecordSet,
  { fqdn, delegated, hers }: { fqdn: string; delegated: string[]; hers: readonly string[] },
): boolean {
  if (bareName(name) === fqdn) return type === 'NS' || type === 'DS';
  const isGlue = (type === 'A' || type === 'AAAA') && delegated.includes(bareName(name));
  return isGlue && records.every((record) => isIP(record) !== 0 && !hers.includes(canonicalAddress(record)));
}
