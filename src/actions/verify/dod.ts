import type { DodReport } from '../../verification/dod/report.js';
import { verifyDod } from '../../verification/dod/step.js';
import type { DodOptions } from '../../verification/dod/verify.js';
import type { World } from '../../world/world.js';
import { type Confirmed, confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';
import { allSteps } from '../session/steps.js';

export interface DodResult extends DodReport {
  bundle: string;
  report: string;
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
}

/**
 * Takes the Definition of Done, or a chosen part of it; `show` is called with every verdict.
 * @throws E6001 (FAIL), E6002 (INVALID) or E6003 (PARTIAL by what could not be checked), each with the result
 */
export async function verifyDodAlone(
  context: Context,
  { confirm, unattended, ...options }: Omit<DodOptions, 'steps'> & Confirmed,
  show: (result: DodResult) => void,
): Promise<DodResult> {
  const world = await context.world();
  const step = { ...verifyDod(world, { ...options, steps: () => allSteps(world) }), needs: [] };
  const inputs = { command: 'verify dod', ...options };
  const taken = (): DodResult | undefined => {
    const outcome = step.outcome();
    return outcome && { ...outcome.result, bundle: outcome.bundle, report: outcome.report };
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
    bundle: '',
    report: '',
  };
}

export function dodText(result: DodResult): string {
  const words = { pass: 'pass', fail: 'FAIL', 'not-checked': 'not checked' };
  const lines = result.items.map(
    (item) =>
      `${item.id.padEnd(4)} ${words[item.status].padEnd(12)} ${item.title}${item.status === 'pass' ? '' : `: ${item.reason}`}`,
  );
  return [
    ...lines,
    '',
    `${result.verdict}  ${result.fqdn}${result.lab ? ' (a lab)' : ''}`,
    `report ${result.report}`,
    `bundle ${result.bundle}`,
  ].join('\n');
}
