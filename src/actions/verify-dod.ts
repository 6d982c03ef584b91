import type { DodReport } from '../dod/report.js';
import { verdictError } from '../dod/step-dod.js';
import { type DodOptions, type DodOutcome, selectItems, takeDod } from '../dod/verify.js';
import type { Journal } from '../phases/journal.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import { openSession } from './session.js';
import { allSteps } from './steps.js';

export interface DodResult extends DodReport {
  bundle: string;
  report: string;
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
}

/** Takes the Definition of Done. Throws E6001 (FAIL), E6002 (INVALID) or E6003 (PARTIAL by what could not be checked), each with the result. */
export async function verifyDodAlone(
  context: Context,
  options: Omit<DodOptions, 'steps'>,
  show: (result: DodResult) => void,
): Promise<DodResult> {
  selectItems(options.only, options.skip);
  const session = await openSession(context);
  const { world } = session;
  const steps = allSteps(world);
  const dod = steps.find((step) => step.id === 'dod')!;
  if (context.options.dryRun) {
    const mutations = (await dod.plan(world.signal)).map((one) => one.sentence);
    for (const sentence of mutations) context.output.note(`would ${sentence}`);
    const at = world.clock.now().toISOString();
    const { fqdn } = world.sovereign.spec;
    const identity = await world.identity();
    const nothing = {
      fqdn,
      verdict: 'PARTIAL',
      complete: false,
      startedAt: at,
      finishedAt: at,
      lab: identity.kind === 'lab',
      world: identity,
      items: [],
    } as const;
    return { ...nothing, items: [], bundle: '', report: '', mutations };
  }
  const outcome = await actAlone(session, dod, (step) => takeDod(world, step, { ...options, steps: () => steps }));
  const result = { ...outcome.result, bundle: outcome.bundle, report: outcome.report };
  show(result);
  const error = verdictError(outcome);
  if (error) throw error;
  if (result.verdict === 'PASS') keepProof(await session.journal(), outcome);
  return result;
}

function keepProof(journal: Journal, outcome: DodOutcome): void {
  const { verdict, items } = outcome.result;
  journal.append({
    kind: 'proof',
    step: 'dod',
    phase: 8,
    evidence: {
      summary: `${verdict}: ${items.length} items`,
      facts: { verdict, bundle: outcome.bundle, report: outcome.report },
    },
  });
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
