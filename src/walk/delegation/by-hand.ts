/** A parent zone that catalyst does not write: a registrar's API replaces whole zones, and others live in it. A person adds the records. */
import type { RecordSet } from '../../mother/powerdns.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import { notReferred } from './await-referral.js';

/** Throws E5004 with the records to add as long as any server of the parent zone does not refer to the Sovereign's. */
export async function requireByHand(world: World, parent: string, sets: readonly RecordSet[]): Promise<void> {
  const { fqdn, mother, parentZone } = world.sovereign.spec;
  const servers = sets[0]!.records;
  const seen = await Promise.all(
    mother.powerdns.nameservers.map(async (server) => {
      const problem = await world
        .dns({ server, name: fqdn, type: 'NS', transport: 'udp', signal: world.signal })
        .then((answer) => notReferred(answer, fqdn, servers), messageOf);
      return problem === undefined ? [] : [`${server} ${problem}`];
    }),
  );
  const open = seen.flat();
  if (open.length === 0) return;
  throw fail('E5004', `${parent} at ${parentZone.provider} does not delegate ${fqdn} yet: ${open.join('; ')}.`, {
    actions: [
      ...sets.flatMap((set) =>
        set.records.map((record) => `Add to ${parent}: ${set.name} ${set.ttl} ${set.type} ${record}`),
      ),
      command('resume'),
    ],
  });
}
