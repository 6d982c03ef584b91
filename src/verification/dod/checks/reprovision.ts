/** D20: signed evidence of a run that wiped and built again, this Sovereign or a throwaway one of the same spec. Derived again, not believed. */
import { readBundle } from '../../../evidence/bundle.js';
import { findPublicKey } from '../../../evidence/signing.js';
import { takeInventory } from '../../../hetzner/purge/plan/inventory.js';
import { selectLeftovers } from '../../../hetzner/purge/select/select.js';
import { throwawayOf } from '../../../sovereign/spec/checks/throwaway.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { command } from '../../../support/commands/command.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { fail, messageOf } from '../../../support/errors/errors.js';
import { walkSelection } from '../../../walk/steps/purge-leftovers.js';
import type { World } from '../../../world/world.js';
import { ageOf, judgeReprovision, type ReprovisionSeen } from '../../rehearsal/judge.js';
import { filesOf } from '../../rehearsal/kept-files.js';
import { takeListing } from '../../rehearsal/listing.js';
import { newestRehearsal } from '../../rehearsal/pointer.js';
import { type Answer, failed, notChecked } from '../item.js';
import type { DodReport } from '../report.js';
import type { Scope } from '../scope.js';

export async function checkReprovision(scope: Scope): Promise<Answer> {
  const { world, reprovision } = scope;
  const file = reprovision ?? newestRehearsal(world.stateDir)?.bundle;
  if (file === undefined) return notChecked(`no rehearsal of this Sovereign has left evidence: ${command('rehearse')}`);
  try {
    return await judged(scope, file);
  } catch (error) {
    world.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    return failed(messageOf(error));
  }
}

async function judged(scope: Scope, file: string): Promise<Answer> {
  const { world, options, steps } = scope;
  const bundle = await readBundle(file);
  const text = (path: string) => bundle.files.get(path)?.toString();
  const { finishedAt } = JSON.parse(String(text('dod.json'))) as DodReport;
  const now = { at: world.clock.now().toISOString(), maxAgeMs: options.maxRehearsalAgeMs };
  // what is too old needs no key
  const late = ageOf(now, finishedAt);
  if (late) return late;
  const wiped = wipedOf(world, text);
  const key = await keyOf(world, wiped);
  if (key === undefined)
    return failed(
      `no state folder on this machine has the evidence key of ${wiped.spec.fqdn}; ${command('rehearse')} makes another`,
    );
  await scope.verifyBundle(file, key);
  const of = {
    sovereign: cleaned(world),
    world: await world.identity(),
    steps: steps.filter(({ phase }) => phase <= 6).map(({ id }) => id),
  };
  const unlisted: ReprovisionSeen = { ...now, key, today: nothingLeft(wiped, world, now.at) };
  // What its own files show already fails without a look at today.
  const then = judgeReprovision(unlisted, text, of);
  if (then.status !== 'pass') return then;
  const seen: ReprovisionSeen = { ...unlisted, today: await listed(world, wiped) };
  scope.reprovisioned = filesOf(bundle);
  return { ...judgeReprovision(seen, text, of), evidence: seen };
}

/** As spec.json of the evidence has it. */
const cleaned = ({ redactor, sovereign }: World): Sovereign => redactor.clean(sovereign);

/** The Sovereign that was wiped: this one, or the throwaway that the bundle names. */
function wipedOf({ sovereign }: World, text: (path: string) => string | undefined): Sovereign {
  const report = JSON.parse(String(text('dod.json'))) as DodReport;
  if (report.fqdn === sovereign.spec.fqdn) return sovereign;
  const { metadata } = JSON.parse(String(text('spec.json'))) as Partial<Sovereign>;
  return throwawayOf(sovereign, String(metadata?.name));
}

const isOwn = (wiped: Sovereign, world: World) => wiped.spec.fqdn === world.sovereign.spec.fqdn;

async function keyOf(world: World, wiped: Sovereign): Promise<string | undefined> {
  return isOwn(wiped, world) ? findPublicKey(world.credentials) : world.evidenceKeyOf?.(wiped.spec.fqdn);
}

function nothingLeft(wiped: Sovereign, world: World, at: string): ReprovisionSeen['today'] {
  return isOwn(wiped, world) ? { left: [] } : { fqdn: wiped.spec.fqdn, at, hetzner: [], buckets: [], mother: [] };
}

/** It was wiped: the cluster of this Sovereign tells nothing of what that one could have left. */
const noCluster =
  ({ spec }: Sovereign) =>
  async (): Promise<never> => {
    throw fail('E3101', `The cluster of ${spec.fqdn} was deleted.`);
  };

async function listed(world: World, wiped: Sovereign): Promise<ReprovisionSeen['today']> {
  if (!isOwn(wiped, world)) return takeListing({ ...world, sovereign: wiped, kube: noCluster(wiped) });
  // What #370 would delete now: older than the cluster that stands, and the Sovereign's.
  const selection = { ...walkSelection(wiped.spec.fqdn), snapshots: true };
  const rows = selectLeftovers(await takeInventory(await world.hetzner()), selection);
  return { left: rows.filter(({ selected }) => selected).map(({ type, id, name }) => `${type} ${name} (${id})`) };
}
