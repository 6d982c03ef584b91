import { fail } from '../../support/errors/errors.js';
import { requireSovereign } from '../../verification/dod/mother-lost.js';
import type { DodReport } from '../../verification/dod/report.js';
import { type ChangesSince, changesSince } from '../../verification/dod/since.js';
import { verifyDod } from '../../verification/dod/step.js';
import type { DodOptions } from '../../verification/dod/verify.js';
import type { World } from '../../world/world.js';
import { readVerdict } from '../evidence/verify.js';
import { type Confirmed, confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';
import { allSteps } from '../session/steps.js';

export interface DodResult extends DodReport {
  bundle: string;
  report: string;
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
  /** With --since: what differs from that verdict. */
  since?: ChangesSince;
}

export interface DodChoices extends Omit<DodOptions, 'steps'>, Confirmed {
  /** Path of an earlier bundle of this Sovereign, which must be valid. */
  since?: string;
}

/**
 * Takes the Definition of Done, or a chosen part of it; `show` is called with every verdict.
 * @throws E6001 (FAIL), E6002 (INVALID) or E6003 (PARTIAL by what could not be checked), each with the result; before anything is done what `verify evidence` throws for --since
 */
export async function verifyDodAlone(
  context: Context,
  { confirm, unattended, since, ...options }: DodChoices,
  show: (result: DodResult) => void,
): Promise<DodResult> {
  const world = await context.world();
  const earlier = since === undefined ? undefined : await earlierVerdict(context, world, since);
  await requireSovereign(world);
  const step = { ...verifyDod(world, { ...options, steps: () => allSteps(world) }), needs: [] };
  const inputs = { command: 'verify dod', ...options };
  const taken = (): DodResult | undefined => {
    const outcome = step.outcome();
    if (!outcome) return undefined;
    const { result, bundle, report } = outcome;
    return { ...result, bundle, report, ...(earlier && { since: changesSince(earlier, result) }) };
  };
  try {
    const { mutations } = await confirmedRun(context, (session) => runOne(session, step, { inputs }), {
      confirm,
      unattended,
    });
    if (mutations) return { ...(await nothingTaken(world)), mutations: mutations.map(({ sentence }) => sentence) };
  } catch (error) {
    const result = taken();
    if (result) show(result);
    throw error;
  }
  const result = taken()!;
  show(result);
  return result;
}

async function earlierVerdict(context: Context, { sovereign }: World, file: string): Promise<DodReport> {
  const report = await readVerdict(context, file);
  const { fqdn } = sovereign.spec;
  if (report.fqdn === fqdn) return report;
  throw fail('E6101', `${file} is about ${report.fqdn}, not about ${fqdn}.`, {
    actions: ['name a bundle of this Sovereign, or leave --since out'],
  });
}

async function nothingTaken(world: World): Promise<DodResult> {
  const at = world.clock.now().toISOString();
  const identity = await world.identity();
  return {
    fqdn: world.sovereign.spec.fqdn,
    verdict: 'PARTIAL',
    complete: false,
    startedAt: at,
    finishedAt: at,
    lab: identity.kind === 'lab',
    world: identity,
    items: [],
    journalLines: 0,
    bundle: '',
    report: '',
  };
}
