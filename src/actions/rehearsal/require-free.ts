/** Before the first change of a rehearsal: nobody has its name, and its world has room for it. */
import type { JournalEntry } from '../../engine/journal-entry.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { takeInventory } from '../../hetzner/purge/plan/inventory.js';
import { isLive } from '../../hetzner/purge/select/select.js';
import { refused } from '../../sovereign/spec/checks/throwaway.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { keptSovereign } from '../../verification/rehearsal/cycle.js';
import { takeListing } from '../../verification/rehearsal/listing.js';
import type { World } from '../../world/world.js';

/**
 * Leftovers of an earlier throwaway of this name, at Hetzner or in its buckets, are its to wipe. A cluster that stands, and a name that
 * DNS, the pool or the mother has, are somebody's.
 * @throws E4035
 */
export async function requireFree(world: World): Promise<void> {
  const { sovereign } = world;
  const { fqdn } = sovereign.spec;
  const { name } = sovereign.metadata;
  if (isLive(await takeInventory(await world.hetzner()), fqdn))
    throw refused(name, `Hetzner has a cluster of ${fqdn} that no journal on this machine records`);
  const { mother } = await takeListing(world);
  if (mother.length > 0) throw refused(name, `${fqdn} is taken: ${mother.join('; ')}`);
}

/**
 * A Sovereign that was built under this name with the state of this machine is somebody's, whatever Hetzner and DNS have of it now.
 * @throws E4035
 */
export function requireThrowaway({ metadata, spec }: Sovereign, entries: readonly JournalEntry[]): void {
  const command = keptSovereign(entries);
  if (command === undefined) return;
  throw refused(metadata.name, `${spec.fqdn} is a real Sovereign, not a throwaway: catalyst ${command} worked on it`);
}

/** `of`: the Sovereign that is rehearsed. @throws E4035 */
export async function requireRoom(world: World, of: string): Promise<void> {
  const { spec } = world.sovereign;
  const actions = [
    `or use the evidence of wiping and rebuilding the Sovereign itself: ${command('verify dod', { reprovision: 'FILE' })}`,
  ];
  if (spec.parentZone.provider !== 'powerdns')
    throw fail(
      'E4035',
      `A rehearsal delegates ${spec.fqdn} and removes the delegation again; but the parent zone ${spec.parentZone.zone} is at ${spec.parentZone.provider}, where only a person can do that. Nothing was changed.`,
      { actions },
    );
  if ((await world.identity()).kind !== 'lab') return;
  const inventory = await takeInventory(await world.hetzner());
  if (!isLive(inventory, of)) return;
  throw fail(
    'E4035',
    `A lab has room for only one cluster of ${clusterParts(world.sovereign).servers.length} servers, and ${of} already has one. Nothing was changed.`,
    {
      actions: [
        command('cluster destroy', { confirm: of }),
        `or rehearse in another lab: ${command('rehearse', { lab: 'second' })}`,
      ],
    },
  );
}
