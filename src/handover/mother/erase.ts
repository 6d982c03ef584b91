/**
 * Minimum retention: this Sovereign's files leave the mother's claim. catalyst-api serves records from memory and writes
 * them back, so files go only while it is scaled to 0 and Flux does not scale it up; both are put back as they were found,
 * also when something in between fails.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { requireOneOwnZone } from '../../mother/zone-roles.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { keepReplaced } from '../../walk/delegation/kept-zone.js';
import type { World } from '../../world/world.js';
import { askClaim, type Handover, jobMutation, lookAtCatalyst, takeInventory } from '../handover.js';
import { placesOf, recordMutation } from '../record.js';
import { eraseObjectMutation, eraseObjects, ownObjects } from './erase-objects.js';
import { eraseSecretMutation, secretsToErase } from './erase-secrets.js';
import { freezeMutation, reconcilersOf, removeReconcilers } from './freeze.js';
import { holdMother, leaseMutation } from './hold-mother.js';
import { knownIds } from './known-ids.js';
import { ownerMutation, scaleMutation, stopCatalyst, stopMs } from './stop-catalyst.js';
import { armedMutations, withArmedUndo } from './undo/armed-undo.js';

/** The longest erasure, its Job included, and a minute. */
const eraseSeconds = (stopMs + 300_000 + 60_000) / 1000;

export function zoneMutation(world: World): Mutation {
  const { fqdn } = world.sovereign.spec;
  return {
    target: { system: 'mother', kind: 'Zone', namespace: 'openova-system', name: `${fqdn}.` },
    sentence: `delete the old copy of zone ${fqdn} from the mother's PowerDNS; the delegation in the parent zone stays`,
  };
}

/**
 * Deletes what the mother retained. Throws E5010 for several zones, E5102 when a deployment is in flight, E5005 when something is left, E5021 while another
 * run holds the mother.
 */
export function eraseRetained(handover: Handover): Promise<void> {
  return holdMother(handover.world, handover, (held) => erase({ ...handover, ...held }));
}

async function erase(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const mother = await world.mother();
  const dns = await openMotherDns(world);
  await requireOneOwnZone(dns, world.sovereign);
  for (const place of secretsToErase(world)) {
    const ref = { apiVersion: 'v1', kind: 'Secret', ...place };
    if (await mother.get(ref))
      await act(eraseSecretMutation(place), async (writers) => (await writers.mother()).delete(ref));
  }
  await removeReconcilers(world, act, record.runId);
  await eraseObjects(world, act);
  const { fqdn } = world.sovereign.spec;
  const zone = await dns.whole(fqdn);
  if (zone) {
    // with its keys: what was signed with them may be wanted back
    await keepReplaced(world, { zone: { ...zone, keys: await dns.keys(fqdn) } });
    await act(zoneMutation(world), ({ powerDns }) => powerDns(dns.server).deleteZone(fqdn));
  }
  await eraseClaim(handover, mother);
  record.erasedAt = world.clock.now().toISOString();
  await handover.save();
}

async function eraseClaim(handover: Handover, mother: Kube): Promise<void> {
  const { world, act, record, progress } = handover;
  const ids = knownIds(world, record);
  const before = await takeInventory(world, act, ids);
  if (before.count === 0 && !record.stopped) return;
  requireIdle(before.inFlight);
  const catalyst = await asFound(handover);
  progress.output(`${before.count} files of ${before.ids.length} records are deleted from the mother's claim`);
  await withArmedUndo(world, handover, { catalyst, seconds: eraseSeconds }, async (armed) => {
    await stopCatalyst(mother, armed.act, catalyst);
    await askClaim(world, armed.act, 'erase', ids);
  });
  delete record.stopped;
  await handover.save();
  const after = await takeInventory(world, act, ids);
  if (after.count > 0) {
    throw fail(
      'E5005',
      `After the erasure ${after.count} files are left on the mother: ${after.files.slice(0, 5).join(', ')}.`,
      {
        actions: [command('handover decommission')],
        data: { files: after.files },
      },
    );
  }
}

/** catalyst-api as it was before anything of it was stopped: kept in the record first, so that a killed run puts back the same. */
async function asFound(handover: Handover): Promise<CatalystOnMother> {
  const { world, record } = handover;
  const catalyst = await lookAtCatalyst(world);
  // What runs now has been put back since, and perhaps changed by a person.
  const { suspended = false, suspend } = catalyst.kustomization ?? {};
  if (!record.stopped || (catalyst.replicas > 0 && !suspended)) {
    record.stopped = { replicas: catalyst.replicas, suspended, suspend };
    record.stoppedAt = world.clock.now().toISOString();
    await handover.save();
  }
  const { replicas, ...owner } = record.stopped;
  const { kustomization } = catalyst;
  return { ...catalyst, replicas, kustomization: kustomization && { ...kustomization, ...owner } };
}

/** Throws E5102 when catalyst-api works on a deployment: it would be marked failed and leave resources behind. */
export function requireIdle(inFlight: readonly string[]): void {
  if (inFlight.length === 0) return;
  throw fail('E5102', `catalyst-api on the mother is working on ${inFlight.join(', ')}, so it was not stopped.`, {
    actions: [`wait until it has ended, then: ${command('resume')}`],
    data: { inFlight },
  });
}

/** What the erasure would change on the mother as it is now. */
export async function erasePlan(world: World): Promise<Mutation[]> {
  const mother = await world.mother();
  const catalyst = await lookAtCatalyst(world);
  const secrets = await Promise.all(
    secretsToErase(world).map(async (place) =>
      (await mother.get({ apiVersion: 'v1', kind: 'Secret', ...place })) ? [place] : [],
    ),
  );
  const dns = await openMotherDns(world);
  await requireOneOwnZone(dns, world.sovereign);
  const zone = await dns.zone(world.sovereign.spec.fqdn);
  const [suspend, resume] = [ownerMutation(catalyst, 'suspend'), ownerMutation(catalyst, 'resume')];
  return [
    ...secrets.flat().map(eraseSecretMutation),
    ...(await reconcilersOf(world)).map((object) => freezeMutation(object, 'delete')),
    ...(await ownObjects(world)).map(eraseObjectMutation),
    ...(zone ? [zoneMutation(world)] : []),
    leaseMutation(world),
    jobMutation(world, 'inventory'),
    ...armedMutations(world, catalyst, 'arm'),
    ...(suspend ? [suspend] : []),
    scaleMutation(catalyst, 0),
    jobMutation(world, 'erase'),
    scaleMutation(catalyst, catalyst.replicas),
    ...(resume ? [resume] : []),
    ...armedMutations(world, catalyst, 'disarm'),
    jobMutation(world, 'inventory'),
    ...placesOf(world).map((place) => recordMutation(place, 'progress')),
  ];
}
