/** The parts of #319 that commands run alone: decommission with the redirect, the redirect, its removal. */
import type { Done, Evidence } from '../../engine/step.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { openHandover } from '../handover.js';
import { holdMother, leaseMutation } from '../mother/hold-mother.js';
import { makeRedirect, redirectPlan } from '../mother/make-redirect.js';
import { checkRedirect, redirectRefs, removeRedirectMutation, requireOwnRedirect } from '../mother/redirect.js';
import { hasReached, readRecord } from '../record.js';
import { forget, redirectConsole } from './redirect.js';

export type DecommissionWork = 'decommission' | 'redirect' | 'remove-redirect';

/** Nothing of it proves #319, so each has an id of its own. @throws E5101 before REVOKED, E5021 (exit 9) while another run holds the mother */
export function stepDecommission(world: World, work: DecommissionWork): Step {
  if (work === 'remove-redirect') return removeRedirect(world);
  const whole = redirectConsole(world);
  const { destructive: _, planProof: _probes, ...harmless } = whole;
  const part: Step = { ...(work === 'decommission' ? whole : harmless), id: `handover-${work}`, needs: ['#374'] };
  /** Since when, where the redirect stands and answers. */
  const standsSince = async () => {
    const { redirectedAt, ids = [] } = (await readRecord(world)) ?? {};
    return redirectedAt && (await checkRedirect(world, ids)).length === 0 ? redirectedAt : undefined;
  };
  return {
    ...part,
    async plan(signal) {
      await requireRevoked(world);
      if (work === 'decommission') return whole.plan(signal);
      return [leaseMutation(world), ...((await standsSince()) ? [] : redirectPlan(world))];
    },
    async isDone(context): Promise<Done> {
      if (work === 'decommission') return whole.isDone(context);
      const since = await standsSince();
      return since ? { done: true, reason: redirectedSince(since) } : { done: false };
    },
    async run(context) {
      await requireRevoked(world);
      if (work === 'decommission') return whole.run(context);
      await holdMother(world, context, async (held) => {
        const handover = await openHandover(world, held);
        // somebody may have removed it since
        delete handover.record.redirectedAt;
        await makeRedirect(handover);
      });
    },
    async proof(context) {
      if (work === 'decommission') return whole.proof(context);
      const redirectedAt = await standsSince();
      if (!redirectedAt) throw fail('E4009', 'The redirect is not in place.');
      return { summary: redirectedSince(redirectedAt), facts: { redirectedAt } };
    },
  };
}

const redirectedSince = (at: string) => `the old addresses are redirected since ${at}`;

function removeRedirect(world: World): Step {
  const there = async () => {
    const mother = await world.mother();
    const refs = Object.values(redirectRefs(world));
    const found = await Promise.all(refs.map((ref) => mother.get(ref)));
    return refs.filter((_, index) => found[index]);
  };
  return {
    id: 'handover-remove-redirect',
    title: 'Redirect of the old address removed',
    phase: 7,
    needs: ['#374'],
    ticket: '#319',

    async plan() {
      await requireRevoked(world);
      return [leaseMutation(world), ...(await there()).map(removeRedirectMutation)];
    },

    isDone: async (): Promise<Done> => ({ done: false }),

    async run(context) {
      await requireRevoked(world);
      await holdMother(world, context, async (held) => {
        const handover = await openHandover(world, held);
        await requireOwnRedirect(world, await world.mother());
        for (const ref of await there())
          await held.act(removeRedirectMutation(ref), async (writers) => (await writers.mother()).delete(ref));
        delete handover.record.redirectedAt;
        await handover.save();
        if (hasReached(handover.record, 'DECOMMISSIONED')) await forget(handover);
      });
    },

    async proof(): Promise<Evidence> {
      const left = await there();
      if (left.length > 0)
        throw fail('E4009', `Still there: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}.`);
      return { summary: 'neither Ingress nor Middleware of the redirect is left on the mother', facts: {} };
    },
  };
}

/** @throws E5101 */
export async function requireRevoked(world: World): Promise<void> {
  const record = await readRecord(world);
  if (record && hasReached(record, 'REVOKED')) return;
  const reached = record ? `The handover is ${record.state ?? 'begun'}, not REVOKED` : 'No handover has started';
  throw fail('E5101', `${reached}.`, {
    actions: [command('handover finalize')],
  });
}
