/** `catalyst rehearse`: a throwaway Sovereign of the same spec is built, proven and wiped in one run; what is signed at its end answers D20. */
import { dirname, join } from 'node:path';
import { checkCapacity } from '../../hetzner/cluster/capacity/capacity.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import { throwawayName, throwawayOf } from '../../sovereign/spec/checks/throwaway.js';
import { command } from '../../support/commands/command.js';
import { CatalystError, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { stageOf } from '../../verification/rehearsal/cycle.js';
import { signRehearsal } from '../../verification/rehearsal/evidence.js';
import { mortalJournal, parseKillAt } from '../../verification/rehearsal/kill-at.js';
import { wipingSteps } from '../../verification/rehearsal/steps.js';
import { platformSteps } from '../../walk/catalog.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { verifyCredentials } from '../credentials/verify.js';
import { runPreflight } from '../preflight.js';
import { refuseWrongName } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { readJournalOf } from '../session/read-journal.js';
import { runSelectedSteps, type StepsRun } from '../session/run-steps.js';
import { openSession } from '../session/session.js';
import { killAtVariable } from './killed-rehearsal.js';
import { requireFree, requireRoom, requireThrowaway } from './require-free.js';

export interface RehearseOptions {
  /** First label of the throwaway's FQDN. */
  name?: string;
  /** Stops the walk after this phase; what is then signed is no evidence for D20 unless it is 6. */
  until?: number;
  /** The FQDN of the throwaway. */
  confirm?: string;
  /** True for a run in a lab that nobody attends. */
  unattended?: boolean;
}

export interface Rehearsed extends StepsRun {
  /** FQDN of the throwaway. */
  throwaway: string;
  until: number;
  bundle?: string;
  report?: string;
}

/** @throws E4035 for a name that is taken or not allowed, E4006 unconfirmed; what a step throws, with how the rehearsal goes on */
export async function rehearse(context: Context, options: RehearseOptions): Promise<Rehearsed> {
  const { name = throwawayName } = options;
  const { sovereign, path } = await context.spec();
  const throwaway = throwawayOf(sovereign, name);
  const { fqdn } = throwaway.spec;
  const folder = join(dirname(await context.stateDir()), fqdn);
  const own = context.another({ sovereign: throwaway, path: join(folder, 'sovereign.yaml') });
  try {
    await lendCredentials(await context.credentials(), await own.credentials());
    return await rehearseOn(await mortal(own), {
      ...options,
      of: sovereign.spec.fqdn,
      pointerIn: await context.stateDir(),
    });
  } catch (error) {
    if (!isCatalystError(error)) throw error;
    throw goingOn(error, command('rehearse', { name, spec: context.options.lab ? undefined : path }), fqdn);
  } finally {
    await own.close();
  }
}

/** In a lab, a rehearsal that was started to be killed dies at entries of its journal. */
async function mortal(context: Context): Promise<Context> {
  const killAt = context.env[killAtVariable];
  if (killAt === undefined || (await (await context.world()).identity()).kind !== 'lab') return context;
  const rule = parseKillAt(killAt);
  const die = () => void process.kill(process.pid, 'SIGKILL');
  return { ...context, journal: async (world) => mortalJournal(await context.journal(world), rule, die) };
}

interface Rehearsing extends RehearseOptions {
  /** FQDN of the Sovereign that is rehearsed. */
  of: string;
  pointerIn: string;
}

async function rehearseOn(context: Context, options: Rehearsing): Promise<Rehearsed> {
  const { until = 6, of, pointerIn } = options;
  const world = await context.world();
  const { fqdn } = world.sovereign.spec;
  const entries = await readJournalOf(world);
  requireThrowaway(world.sovereign, entries);
  const stage = stageOf(entries);
  const walk = platformSteps(world).filter((step) => step.phase <= until);
  const whole = until >= 6;
  const wiping = wipingSteps(world, walk, whole);
  const signing = signRehearsal(world, { steps: walk, listing: wiping.listing, pointerIn, whole });
  const tail = [...wiping.steps, signing.step];
  const selected = stage === 'wiping' ? tail.filter(({ id }) => id !== 'rehearsal-state') : [...walk, ...tail];
  if (stage !== 'wiping') await requireRoom(world, of);
  if (stage === 'new') await requireFree(world);
  if (context.options.dryRun) await refuseWrongName(context, options.confirm);
  else await confirmCost(context, world, selected, options);
  const session = await openSession(context);
  context.output.note(
    stage === 'wiping'
      ? `The rehearsal of ${of} continues: ${fqdn} is wiped.`
      : `Rehearsal of ${of}: ${fqdn} is built the same way, proven, and wiped again.`,
  );
  if (stage !== 'wiping') {
    await runPreflight(session);
    await verifyCredentials(session, 'hetzner');
  }
  const run = await runSelectedSteps(session, {
    schedule: 'phases',
    // what an earlier rehearsal has proven proves nothing of this one
    fresh: true,
    all: [...walk, ...tail],
    selected: selected.map(({ id }) => id),
    inputs: { command: 'rehearse', of, until, name: world.sovereign.metadata.name },
  });
  const written = signing.written();
  return { ...run, throwaway: fqdn, until, bundle: written?.bundle, report: written?.report };
}

/** What it costs and destroys, before the first change; the name of the throwaway is typed. */
async function confirmCost(
  context: Context,
  world: World,
  steps: readonly Step[],
  { confirm, unattended, of }: Rehearsing,
): Promise<void> {
  const { fqdn, hetzner } = world.sovereign.spec;
  if (!unattended) {
    const minutes = steps.reduce((sum, { estimateMinutes = 0 }) => sum + estimateMinutes, 0);
    try {
      const { monthly, currency } = await checkCapacity(
        await world.hetzner(),
        world.sovereign.spec,
        context.clock.now(),
      );
      const hours = Math.max(1, Math.ceil(minutes / 60));
      const cost = ((monthly / hoursOfMonth) * hours).toFixed(2);
      context.output.note(
        `The rehearsal builds ${fqdn} the way ${of} is built, in ${hetzner.location}: at most ${hours} h, about ${cost} ${currency}, and ${monthly.toFixed(2)} ${currency} a month if it is not wiped.`,
      );
    } catch (error) {
      context.signal.throwIfAborted();
      context.output.warn(`The price could not be determined: ${messageOf(error)}`);
    }
  }
  await context.confirmByName({
    what: `This creates ${fqdn} at Hetzner, and then destroys it with all its data`,
    confirm,
    lab: unattended,
  });
}

/** As Hetzner's price list has it. */
const hoursOfMonth = 730;

/** Given by a person; what catalyst makes itself, each Sovereign has of its own. Lent for this invocation, and not kept. */
const lent = [
  'hcloud-token',
  's3-access-key',
  's3-secret-key',
  'registry-token',
  'powerdns-api-key',
  'dynadot-api-key',
] as const;

async function lendCredentials(from: CredentialStore, to: CredentialStore): Promise<void> {
  for (const name of lent) {
    const value = await from.find(name);
    if (value !== undefined) to.offer(name, value);
  }
}

/** `catalyst resume` is about the Sovereign; its rehearsal goes on by itself. */
function goingOn(error: CatalystError, again: string, fqdn: string): CatalystError {
  if (!error.actions.includes(command('resume'))) return error;
  const actions = error.actions.map((action) => (action === command('resume') ? again : action));
  return new CatalystError(error.code, `${error.message} ${fqdn} costs money until its rehearsal has ended.`, {
    actions,
    cause: error.cause,
    data: error.data,
  });
}
