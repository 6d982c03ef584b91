/**
 * Minimum retention: this Sovereign's files leave the mother's claim. catalyst-api serves records from memory and writes
 * them back, so files go only while it is scaled to 0 and Flux does not scale it up; both are put back as they were found,
 * also when something in between fails.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { type PowerDnsServer, powerDnsKey, readPowerDns } from '../../mother/powerdns.js';
import { requireOneOwnZone } from '../../mother/zone-roles.js';
import { fail } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import { askClaim, type Handover, jobMutation, lookAtCatalyst, takeInventory } from '../handover.js';
import { placesOf, recordMutation } from '../record.js';
import { armedMutations, withArmedUndo } from './armed-undo.js';
import { freezeMutation, reconcilersOf, removeReconcilers } from './freeze.js';
import { holdMother, leaseMutation } from './hold-mother.js';
import { ownerMutation, scaleMutation, stopCatalyst, stopMs } from './stop-catalyst.js';

/** The longest erasure, its Job included, and a minute. */
const eraseSeconds = (stopMs + 300_000 + 60_000) / 1000;

/** Where the mother's PowerDNS is, and its key. */
export async function motherDns(world: World): Promise<PowerDnsServer> {
  const { endpoint, secret } = world.sovereign.spec.mother.powerdns;
  const apiKey =
    (await world.credentials.find('powerdns-api-key')) ?? (await powerDnsKey(await world.mother(), secret));
  world.redactor.register(apiKey);
  return { endpoint, apiKey };
}

export function zoneMutation(world: World): Mutation {
  const { fqdn } = world.sovereign.spec;
  return {
    target: { system: 'mother', kind: 'Zone', namespace: 'openova-system', name: `${fqdn}.` },
    sentence: `delete the old copy of zone ${fqdn} from the mother's PowerDNS; the delegation in the parent zone stays`,
  };
}

/** Secrets made by hand that hold access to this Sovereign. */
export function secretsToErase(world: World): { namespace: string; name: string }[] {
  const { fqdn, mother } = world.sovereign.spec;
  return [{ namespace: mother.catalyst.namespace, name: `sovereign-${fqdn}-kubeconfig` }];
}

export function eraseSecretMutation({ namespace, name }: { namespace: string; name: string }): Mutation {
  return {
    target: { system: 'mother', kind: 'Secret', namespace, name },
    sentence: `delete Secret ${namespace}/${name} on the mother`,
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
  const server = await motherDns(world);
  const dns = readPowerDns(world.http, server);
  await requireOneOwnZone(dns, world.sovereign);
  for (const place of secretsToErase(world)) {
    const ref = { apiVersion: 'v1', kind: 'Secret', ...place };
    if (await mother.get(ref))
      await act(eraseSecretMutation(place), async (writers) => (await writers.mother()).delete(ref));
  }
  await removeReconcilers(world, act, record.runId);
  const { fqdn } = world.sovereign.spec;
  if (await dns.zone(fqdn)) await act(zoneMutation(world), ({ powerDns }) => powerDns(server).deleteZone(fqdn));
  await eraseClaim(handover, mother);
  record.erasedAt = world.clock.now().toISOString();
  await handover.save();
}

async function eraseClaim(handover: Handover, mother: Kube): Promise<void> {
  const { world, act, record, progress } = handover;
  const before = await takeInventory(world, act, record.ids);
  if (before.count === 0 && !record.stopped) return;
  requireIdle(before.inFlight);
  const catalyst = await asFound(handover);
  progress.output(`${before.count} files of ${before.ids.length} records are deleted from the mother's claim`);
  await withArmedUndo(world, handover, { catalyst, seconds: eraseSeconds }, async (armed) => {
    await stopCatalyst(mother, armed.act, catalyst);
    await askClaim(world, armed.act, 'erase', record.ids);
  });
  delete record.stopped;
  await handover.save();
  const after = await takeInventory(world, act, record.ids);
  if (after.count > 0) {
    throw fail(
      'E5005',
      `After the erasure ${after.count} files are left on the mother: ${after.files.slice(0, 5).join(', ')}.`,
      {
        actions: ['catalyst handover decommission'],
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
    actions: ['wait until it has ended, then: catalyst resume'],
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
  const dns = readPowerDns(world.http, await motherDns(world));
  await requireOneOwnZone(dns, world.sovereign);
  const zone = await dns.zone(world.sovereign.spec.fqdn);
  const [suspend, resume] = [ownerMutation(catalyst, 'suspend'), ownerMutation(catalyst, 'resume')];
  return [
    ...secrets.flat().map(eraseSecretMutation),
    ...(await reconcilersOf(world)).map((object) => freezeMutation(object, 'delete')),
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
