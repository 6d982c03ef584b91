/** Everything that a throwaway Sovereign could leave behind, as it is listed at one moment: at Hetzner, in buckets, in DNS, on the mother. */
import { z } from 'zod';
import { resourceTypes } from '../../hetzner/api/types.js';
import { isExactName, sovereignLabel } from '../../hetzner/names.js';
import { ownerOf } from '../../hetzner/purge/plan/buckets.js';
import { takeInventory } from '../../hetzner/purge/plan/inventory.js';
import { selectLeftovers } from '../../hetzner/purge/select/select.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { scanTraces } from '../../scans/residue.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

const resourceType = z.enum(resourceTypes as readonly [string, ...string[]]).transform((type) => type as ResourceType);
type ResourceType = (typeof resourceTypes)[number];

export const listingShape = z.object({
  fqdn: z.string(),
  at: z.iso.datetime(),
  /** The whole project, its other Sovereigns too: what is left is told by label and name, again by whoever reads this. */
  hetzner: z.array(
    z.object({
      type: resourceType,
      id: z.number(),
      name: z.string(),
      owner: z.string().optional(),
      /** Why it is this Sovereign's though neither label nor name says so. */
      inferred: z.string().optional(),
    }),
  ),
  /** With the Sovereign that each marker names. */
  buckets: z.array(z.object({ name: z.string(), owner: z.string().optional() })),
  /** What DNS, the pool and the mother's cluster hold of the name. */
  mother: z.array(z.string()),
});
export type Listing = z.output<typeof listingShape>;

/** Throws E4009 where a place could not be read: it is never taken for empty. */
export async function takeListing(world: World): Promise<Listing> {
  const { fqdn } = world.sovereign.spec;
  const [hetzner, buckets, traces] = await Promise.all([
    listHetzner(world),
    listBuckets(world),
    scanTraces(world, { dns: () => openMotherDns(world) }),
  ]);
  const unread = traces.looked.filter(({ ok }) => !ok).map(({ place, error }) => `${place}: ${error}`);
  if (unread.length > 0)
    throw fail('E4009', `What is left of ${fqdn} could not be listed: ${unread.join('; ')}.`, {
      actions: [command('preflight')],
    });
  const mother = traces.findings.filter(({ mention }) => !mention).map(({ where, what }) => `${what} (${where})`);
  return { fqdn, at: world.clock.now().toISOString(), hetzner, buckets, mother };
}

async function listHetzner(world: World): Promise<Listing['hetzner']> {
  const inventory = await takeInventory(await world.hetzner());
  const everything = { includeLive: true, zones: true, snapshots: true, unprotect: resourceTypes };
  const { fqdn } = world.sovereign.spec;
  return selectLeftovers(inventory, { fqdn, ...everything }).map(({ type, id, name, labels, selected, reason }) => ({
    ...{ type, id, name },
    ...(labels[sovereignLabel] === undefined ? {} : { owner: labels[sovereignLabel] }),
    ...(selected && !isNamed(fqdn, { type, name, owner: labels[sovereignLabel] }) ? { inferred: reason } : {}),
  }));
}

async function listBuckets(world: World): Promise<Listing['buckets']> {
  const store = await world.objectStore();
  const found = await store.buckets();
  return Promise.all(
    found.map(async ({ name }) => {
      const owner = await ownerOf(store, name);
      return owner === undefined ? { name } : { name, owner };
    }),
  );
}

type Named = Pick<Listing['hetzner'][number], 'type' | 'name' | 'owner'>;

/** By its label, or without one by exactly a name that only this Sovereign's resources have. */
const isNamed = (fqdn: string, { type, name, owner }: Named): boolean =>
  owner === undefined ? isExactName(fqdn, type, name) : owner === fqdn;

/** What of a listing is this Sovereign's, a phrase each. Pure: a bundle's listing is judged by the same rule as one taken now. */
export function orphansIn({ hetzner, buckets, mother }: Listing, fqdn: string): string[] {
  const resources = hetzner.filter((one) => one.inferred !== undefined || isNamed(fqdn, one));
  return [
    ...resources.map(({ type, id, name, inferred }) => {
      const why = inferred === undefined ? '' : `: ${inferred}`;
      return `${type.replaceAll('_', ' ')} ${name || 'without a name'} (${id})${why}`;
    }),
    ...buckets.filter(({ owner }) => owner === fqdn).map(({ name }) => `bucket ${name}`),
    ...mother,
  ];
}
