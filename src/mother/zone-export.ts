/** A zone of the mother's PowerDNS as it is kept before it is removed: enough to make it again, its keys included. Pure. */
import { z } from 'zod';
import { bareName, isAtOrBelow } from '../sovereign/spec/protected-names.js';

/** Key as the API tells it one at a time; `privatekey` is in the form of ISC's tools. */
export const keyShape = z.object({
  keytype: z.enum(['ksk', 'zsk', 'csk']),
  active: z.boolean().default(true),
  published: z.boolean().default(true),
  algorithm: z.string().optional(),
  privatekey: z.string().min(1),
});
export type ZoneKey = z.output<typeof keyShape>;

const recordSetShape = z.object({
  name: z.string(),
  type: z.string(),
  ttl: z.number(),
  records: z.array(z.object({ content: z.string(), disabled: z.boolean().default(false) })),
  comments: z
    .array(z.object({ content: z.string(), account: z.string().default(''), modified_at: z.number().optional() }))
    .default([]),
});

/** What the API answers of a zone that it also takes when one is made. */
export const zoneContentShape = z.object({
  name: z.string(),
  kind: z.string(),
  account: z.string().default(''),
  soa_edit: z.string().default(''),
  soa_edit_api: z.string().default(''),
  api_rectify: z.boolean().default(false),
  nsec3param: z.string().default(''),
  nsec3narrow: z.boolean().default(false),
  masters: z.array(z.string()).default([]),
  rrsets: z.array(recordSetShape).default([]),
});

export type ZoneContent = z.output<typeof zoneContentShape>;

export const zoneExportShape = zoneContentShape.extend({ keys: z.array(keyShape) });
export type ZoneExport = z.output<typeof zoneExportShape>;

/** Body of the POST that makes it; its keys are added afterwards, since the server would make others. */
export function createdZone({ keys: _keys, nsec3param: _param, nsec3narrow: _narrow, ...zone }: ZoneExport) {
  return { ...zone, dnssec: false, nameservers: [] };
}

/** Seconds for which anybody may still answer from it: its NS, and its word that a name does not exist. */
export function cachedFor({ rrsets }: ZoneContent, zone: string): number {
  const apex = rrsets.filter(({ name }) => bareName(name) === bareName(zone));
  return Math.max(0, ...apex.flatMap((set) => (set.type === 'NS' ? set.ttl : (negativeTtl([set]) ?? []))));
}

/** Seconds for which a resolver keeps "does not exist" (RFC 2308 §5); undefined where there is no SOA. */
export function negativeTtl(
  sets: readonly { type: string; ttl: number; records: readonly (string | { content: string })[] }[],
): number | undefined {
  const soa = sets.find(({ type }) => type === 'SOA');
  const [record] = soa?.records ?? [];
  if (!soa || record === undefined) return undefined;
  const minimum = Number((typeof record === 'string' ? record : record.content).trim().split(/\s+/)[6]);
  return Number.isFinite(minimum) ? Math.min(soa.ttl, minimum) : soa.ttl;
}

/** Labels of the A records that the pool-domain-manager writes when a name is committed (platform facts §3). */
const poolLabels = ['', '*.', 'console.', 'api.', 'gitea.', 'harbor.'];

/**
 * What in the zone was not written by the pool-domain-manager, or by cert-manager while it proved the name: `TYPE name content`, a line
 * each. A zone that has any is somebody else's as far as can be known, and stays.
 *
 * @param nameservers those of the mother
 */
export function foreignContent(zone: ZoneContent, fqdn: string, nameservers: readonly string[]): string[] {
  const own = bareName(fqdn);
  const pool = poolLabels.map((label) => `${label}${own}`);
  const servers = nameservers.map(bareName);
  const addresses = new Set<string>();
  const foreign = zone.rrsets.filter(({ name, type, records }) => {
    const bare = bareName(name);
    const isApex = bare === own;
    if (type === 'SOA') return !isApex;
    if (type === 'NS') return !isApex || !records.every(({ content }) => servers.includes(bareName(content)));
    if (type === 'TXT') return !bare.startsWith('_acme-challenge.') || !isAtOrBelow(bare, own);
    if (type !== 'A' || !pool.includes(bare) || records.length !== 1) return true;
    addresses.add(records[0]!.content);
    return false;
  });
  const told = foreign.flatMap(({ name, type, records }) =>
    records.map(({ content }) => `${type} ${bareName(name)} ${content}`),
  );
  const kind = ['native', 'master', 'primary', 'producer'].includes(zone.kind.toLowerCase())
    ? []
    : [`kind ${zone.kind}`];
  // one name, one load balancer: the pool-domain-manager writes the same address six times
  const several =
    addresses.size > 1 ? [`A records with ${addresses.size} addresses: ${[...addresses].sort().join(', ')}`] : [];
  return [...kind, ...told, ...several];
}
