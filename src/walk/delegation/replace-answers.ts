/** What the mother's servers answer for the name is replaced: by the delegation, and by removing her own zone of it. */

import type { Mutation } from '../../engine/mutation.js';
import { type ChildZone, removeZoneMutation } from '../../mother/child-zone.js';
import type { MotherDns } from '../../mother/mother-dns.js';
import type { RecordSet } from '../../mother/powerdns.js';
import { cachedFor, negativeTtl, type ZoneExport } from '../../mother/zone-export.js';
import { bareName, isAtOrBelow } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { keepOldAnswers, keepReplaced } from './kept-zone.js';

export interface Replacing {
  dns: MotherDns;
  parent: string;
  /** Record sets of the parent zone. */
  there: readonly RecordSet[];
  open: RecordSet[];
  child: ChildZone | undefined;
  mutation: Mutation;
}

/**
 * The delegation first, the mother's own zone after it: while both are there she answers as before, and once the zone is gone she refers.
 * The other way round, nobody would answer in between. What is replaced is kept before the first write.
 */
export async function replaceAnswers(world: World, { act }: StepContext, replacing: Replacing): Promise<void> {
  const { dns, there, open, child, mutation } = replacing;
  const parent = replacing.parent;
  const { fqdn } = world.sovereign.spec;
  const isReplaced = (one: RecordSet) =>
    open.some(({ name, type }) => bareName(one.name) === bareName(name) && one.type === type);
  const zone = child && { ...child.zone, keys: await dns.keys(fqdn) };
  const atOrBelow = there.filter(({ name }) => isAtOrBelow(bareName(name), fqdn));
  await keepReplaced(world, { zone, parent: atOrBelow });
  const seconds = child ? cachedFor(child.zone, fqdn) : (ttlOf(atOrBelow, fqdn) ?? negativeTtl(there) ?? 0);
  const keep = () =>
    keepOldAnswers(world, {
      until: new Date(world.clock.now().getTime() + seconds * 1000).toISOString(),
      why: `what ${parent} answered for ${fqdn} before may be kept for ${seconds} s`,
    });
  // also before: a run that is killed in between has changed it nevertheless
  keep();
  if (open.length > 0) {
    // what puts it back: the journal has the record sets as they were
    const effect = { field: 'records', before: there.filter(isReplaced), after: open };
    await act({ ...mutation, effect }, ({ powerDns }) => powerDns(dns.server).replace(parent, open));
  }
  if (zone)
    await act(removeZoneMutation(fqdn, zone), async ({ powerDns }) => {
      await requireAsExported(dns, zone);
      return powerDns(dns.server).deleteZone(fqdn);
    });
  keep();
}

/** Throws E5011 when somebody changed it since: the export, and what was found to be nobody else's, is another content. */
async function requireAsExported(dns: MotherDns, { keys: _, ...exported }: ZoneExport): Promise<void> {
  const now = await dns.whole(exported.name);
  if (!now || hashOf(now) === hashOf(exported)) return;
  throw fail(
    'E5011',
    `Zone ${bareName(exported.name)} on the mother was changed while it was exported. It was not removed.`,
    {
      actions: ['find out who works on it', command('resume')],
    },
  );
}

const ttlOf = (sets: readonly RecordSet[], fqdn: string) =>
  sets.find(({ name, type }) => type === 'NS' && bareName(name) === fqdn)?.ttl;
