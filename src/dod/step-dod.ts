/** Phase 8: the Definition of Done, taken on the live Sovereign. Its proof is a verdict of PASS and the bundle that holds it. */
import type { Done, Evidence, Step, StepContext } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { type CatalystError, fail } from '../support/errors.js';
import { egressMutations } from './egress-life.js';
import { evictMutation, pushMutation, reconcileMutation } from './exercises.js';
import { killMutations } from './kill.js';
import { type DodOptions, type DodOutcome, takeDod } from './verify.js';

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

export function verifyDod(world: World, options: DodOptions): Step {
  let outcome: DodOutcome | undefined;
  const take = async (context: StepContext) => {
    outcome ??= await takeDod(world, context, options);
    return outcome;
  };
  return {
    id: 'dod',
    title: 'Definition of Done verified',
    phase: 8,
    needs: ['#370', '#319'],
    estimateMinutes: 60,
    plan: async () => [
      ...(await killMutations(world)),
      reconcileMutation,
      pushMutation(world, 'push'),
      pushMutation(world, 'revert'),
      evictMutation,
      ...egressMutations,
    ],
    // A verdict is never taken from an earlier run.
    isDone: async (): Promise<Done> => ({ done: false }),
    async run(context) {
      await take(context);
    },
    async proof(context): Promise<Evidence> {
      const { result, bundle, report } = await take(context);
      const error = verdictError({ ...outcome!, result });
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
