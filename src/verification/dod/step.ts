/** Phase 8: the Definition of Done, taken on the live Sovereign. Its proof is a verdict of PASS and the bundle that holds it. */
import type { Done, Evidence } from '../../engine/step.js';
import { type CatalystError, fail } from '../../support/errors/errors.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { egressMutations } from '../experiment/egress-life.js';
import { evictMutation, pushMutation, reconcileMutation } from '../experiment/exercises.js';
import { killMutations } from '../experiment/kill.js';
import { checklist } from './checklist.js';
import { type DodOptions, type DodOutcome, selectItems, takeDod } from './verify.js';

/** The error that a verdict other than PASS ends with; undefined for PASS, and for a chosen part that passed. */
export function verdictError(outcome: DodOutcome): CatalystError | undefined {
  const { result, report } = outcome;
  const open = result.items.filter((item) => item.status !== 'pass');
  const told = open.slice(0, 6).map((item) => `${item.id} ${item.status}: ${item.reason}`);
  const details = {
    actions: [`read ${report}`, ...open.slice(0, 2).map((item) => item.repeat)],
    data: { result: { ...result, experiment: result.experiment, bundle: outcome.bundle, report } },
  };
  const list = told.length > 0 ? `\n${told.join('\n')}` : '';
  if (result.verdict === 'INVALID') {
    const why = result.experiment?.problems.join('; ') ?? '';
    return fail('E6002', `INVALID: ${why}${list}`, details);
  }
  if (result.verdict === 'FAIL') return fail('E6001', `FAIL for ${result.fqdn}:${list}`, details);
  const unseen = open.some((item) => item.status === 'not-checked');
  if (result.verdict === 'PARTIAL' && unseen) return fail('E6003', `PARTIAL for ${result.fqdn}:${list}`, details);
  return undefined;
}

export interface DodStep extends Step {
  /** What was taken; undefined before the step has run. */
  outcome(): DodOutcome | undefined;
}

/** A chosen part proves nothing of the ticket and has an id of its own. */
export function verifyDod(world: World, options: DodOptions): DodStep {
  let outcome: DodOutcome | undefined;
  const items = selectItems(options.only, options.skip);
  const takes = (id: string) => items.some((item) => item.id === id || item.of?.includes(id));
  const whole = items.length === checklist.length;
  const harsh = [
    ...(takes('D17') ? ['stops catalyst-api on the mother for the kill experiment'] : []),
    ...(takes('D22') ? ["cuts the Sovereign's egress to its mother"] : []),
  ];
  return {
    id: whole ? 'dod' : 'dod-part',
    title: whole ? 'Definition of Done verified' : `Definition of Done: ${items.length} items verified`,
    phase: 8,
    needs: ['#370', '#319'],
    ...(harsh.length > 0 ? { destructive: harsh.join(' and ') } : {}),
    estimateMinutes: 60,
    outcome: () => outcome,
    plan: async () => [
      ...(takes('D17')
        ? [
            ...(await killMutations(world)),
            reconcileMutation,
            pushMutation(world, 'push'),
            pushMutation(world, 'revert'),
            evictMutation,
          ]
        : []),
      ...(takes('D22') ? egressMutations : []),
    ],
    // A verdict is never taken from an earlier run.
    isDone: async (): Promise<Done> => ({ done: false }),
    async run(context) {
      outcome = await takeDod(world, context, options);
    },
    async proof(context): Promise<Evidence> {
      outcome ??= await takeDod(world, context, options);
      const { result, bundle, report } = outcome;
      const error = verdictError(outcome);
      if (error) throw error;
      const passed = result.items.filter((item) => item.status === 'pass').length;
      return {
        summary: `${result.verdict}: ${passed} of ${result.items.length} items pass; report ${report}`,
        facts: {
          verdict: result.verdict,
          bundle,
          report,
          items: result.items.map(({ id, status }) => ({ id, status })),
        },
      };
    },
  };
}
