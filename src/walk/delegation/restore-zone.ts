/** Puts back what the delegation replaced on the mother: her own zone of the name with its keys, and the record sets of the parent zone. */
import type { Mutation } from '../../engine/mutation.js';
import { restoreZoneMutation } from '../../mother/child-zone.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import type { PowerDnsReader, RecordSet } from '../../mother/powerdns.js';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import type { ZoneExport } from '../../mother/zone-export.js';
import { bareName, isAtOrBelow } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { keptZone } from './kept-zone.js';

interface Restoration {
  /** Undefined where the mother has one, or never had. */
  zone?: ZoneExport;
  /** To be written in the parent zone; with no records: to be deleted. */
  sets: RecordSet[];
}

export function restoreZone(world: World): Step {
  const { fqdn } = world.sovereign.spec;
  const parent = parentZoneOf(world.sovereign);
  const parentMutation: Mutation = {
    target: { system: 'dns', kind: 'RRset', name: fqdn },
    sentence: `put back the record sets of ${fqdn} in zone ${parent} as they were before its delegation`,
  };
  return {
    id: 'restore-zone',
    title: `What the mother answered for ${fqdn} restored`,
    phase: 7,
    needs: [],
    destructive: `takes ${fqdn} back to the mother's name servers: the zone as it was exported, and the parent zone's records from before`,

    async plan() {
      const { zone, sets } = await missing(world, await openMotherDns(world));
      return [...(zone ? [restoreZoneMutation(fqdn)] : []), ...(sets.length > 0 ? [parentMutation] : [])];
    },

    async isDone() {
      const { zone, sets } = await missing(world, await openMotherDns(world));
      return zone || sets.length > 0 ? { done: false } : { done: true, reason: 'nothing of it is missing' };
    },

    // her zone first: with it, her servers answer; the other way round nobody would in between
    async run({ act }) {
      const dns = await openMotherDns(world);
      const { zone, sets } = await missing(world, dns);
      if (zone) await act(restoreZoneMutation(fqdn), ({ powerDns }) => powerDns(dns.server).createZone(zone));
      if (sets.length === 0) return;
      const effect = { field: 'records', before: await setsOf(world, dns), after: sets };
      await act({ ...parentMutation, effect }, ({ powerDns }) => powerDns(dns.server).replace(parent, sets));
    },

    async proof() {
      const dns = await openMotherDns(world);
      const { zone, sets } = await missing(world, dns);
      if (zone || sets.length > 0)
        throw fail(
          'E4009',
          `Zone ${fqdn} on the mother, or its record sets in ${parent}, are not as they were exported.`,
        );
      const kept = (await keptZone(world)).zones.at(-1);
      const keys = kept ? (await dns.keys(fqdn)).length : 0;
      return {
        summary: kept
          ? `zone ${fqdn} is on the mother again: ${kept.zone.rrsets.length} record sets and ${keys} keys, as exported at ${kept.at}`
          : `zone ${parent} has the record sets of ${fqdn} from before its delegation`,
        facts: { exportedAt: kept?.at, recordSets: kept?.zone.rrsets.length, keys },
      };
    },
  };
}

/** Throws E5030 where nothing was kept. */
async function missing(world: World, dns: PowerDnsReader): Promise<Restoration> {
  const { fqdn } = world.sovereign.spec;
  const { zones, parent } = await keptZone(world);
  const zone = zones.at(-1)?.zone;
  if (!parent && !zone) {
    throw fail('E5030', `A run with this state folder has replaced nothing of ${fqdn} on the mother's name servers.`, {
      actions: ['use the --state-dir of the run that delegated the name', command('journal show')],
    });
  }
  const there = await setsOf(world, dns);
  const isAt = (one: RecordSet) => (other: RecordSet) =>
    bareName(one.name) === bareName(other.name) && one.type === other.type;
  const gone = (parent ?? []).filter((set) => !there.some((one) => isAt(set)(one) && isSame(one, set)));
  // what was there before is only known where the delegation was written from here
  const more = parent ? there.filter((set) => !parent.some(isAt(set))).map((set) => ({ ...set, records: [] })) : [];
  const wanted = zone && !(await dns.zone(fqdn)) ? zone : undefined;
  return { ...(wanted ? { zone: wanted } : {}), sets: [...gone, ...more] };
}

/** The parent zone's, at and below the name. */
async function setsOf({ sovereign }: World, dns: PowerDnsReader): Promise<RecordSet[]> {
  const sets = (await dns.zone(parentZoneOf(sovereign))) ?? [];
  return sets.filter(({ name }) => isAtOrBelow(bareName(name), sovereign.spec.fqdn));
}

const isSame = (a: RecordSet, b: RecordSet) =>
  [...a.records].sort().join('\n') === [...b.records].sort().join('\n') && a.ttl === b.ttl;
