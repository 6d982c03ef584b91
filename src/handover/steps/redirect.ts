/** Ticket #319: the mother keeps nothing but a redirect to the Sovereign. */
import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import { checkProtected } from '../../mother/protected/protected-watch.js';
import { holdsNothingOwn, mentionsIn, scanSummary } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { type Handover, openHandover, settleRecord } from '../handover.js';
import { erasePlan, eraseRetained } from '../mother/erase.js';
import { holdMother, leaseMutation } from '../mother/hold-mother.js';
import { makeRedirect, redirectPlan } from '../mother/make-redirect.js';
import { checkRedirect, targetOf } from '../mother/redirect.js';
import { residueMutations, residueOf } from '../mother/residue.js';
import { type HandoverRecord, hasReached, placesOf, readRecord, recordMutation } from '../record.js';

async function recordIfAny(world: World): Promise<HandoverRecord | undefined> {
  return readRecord(world).catch(noClusterYet);
}

function forgetMutation(world: World): Mutation {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  return {
    target: { system: 'mother', kind: 'ConfigMap', namespace: ref.namespace, name: ref.name },
    sentence: `delete the handover record in ConfigMap ${ref.namespace}/${ref.name} on the mother; the Sovereign keeps its copy`,
  };
}

/** Second inventory, protected set, and the mother's own note of the handover goes. */
export async function decommission(handover: Handover): Promise<void> {
  const { world, record } = handover;
  if (record.erasedAt === undefined) await eraseRetained(handover);
  await checkProtected(world, 'After the erasure');
  const scan = await residueOf(world, handover, record);
  for (const { where, what, remedy } of mentionsIn(scan))
    handover.progress.output(`left alone: ${where}: ${what}; ${remedy}`);
  if (!holdsNothingOwn(scan)) {
    throw fail('E5005', `The mother still holds state of ${record.fqdn}: ${scanSummary(scan)}.`, {
      actions: [command('verify residue')],
      data: { findings: scan.findings, looked: scan.looked },
    });
  }
  await handover.save('DECOMMISSIONED');
}

/** True while the mother still has its note of the handover. */
async function motherRemembers(world: World): Promise<boolean> {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  return (await (await world.mother()).get(ref)) !== undefined;
}

/** The mother's own note of the handover goes last. */
export async function forget({ world, act }: Handover): Promise<void> {
  const { ref } = placesOf(world).find((place) => place.system === 'mother')!;
  if (await motherRemembers(world))
    await act(forgetMutation(world), async (writers) => (await writers.mother()).delete(ref));
}

export function redirectConsole(world: World): Step {
  return {
    id: '#319',
    title: 'Mother decommissioned, old address redirected',
    phase: 7,
    needs: ['#317', '#374'],
    ticket: '#319',
    destructive: 'deletes what the mother retains of the Sovereign, and stops catalyst-api for a moment',
    estimateMinutes: 10,

    async plan() {
      const record = await recordIfAny(world);
      if (record && hasReached(record, 'DECOMMISSIONED')) return residueMutations(world);
      return [
        leaseMutation(world),
        ...(record?.redirectedAt ? [] : redirectPlan(world)),
        ...(record?.erasedAt || !record ? [] : await erasePlan(world)),
        ...placesOf(world).map((place) => recordMutation(place, 'DECOMMISSIONED')),
        forgetMutation(world),
        ...residueMutations(world),
      ];
    },

    planProof: async () => residueMutations(world),

    async isDone(): Promise<Done> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'DECOMMISSIONED')) return { done: false };
      const problems = await checkRedirect(world, record.ids);
      return problems.length > 0 || (await motherRemembers(world))
        ? { done: false }
        : { done: true, reason: 'decommissioned, the redirect answers 301' };
    },

    run(context) {
      return holdMother(world, context, async (held) => {
        const handover = await openHandover(world, held);
        if (!hasReached(handover.record, 'REVOKED')) {
          throw fail('E5101', `The handover is ${handover.record.state ?? 'not begun'}, not REVOKED.`, {
            actions: [command('handover finalize')],
          });
        }
        await settleRecord(handover);
        await makeRedirect(handover);
        if (!hasReached(handover.record, 'DECOMMISSIONED')) await decommission(handover);
        await forget(handover);
      });
    },

    async proof(context): Promise<Evidence> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'DECOMMISSIONED')) throw fail('E4009', 'The handover is not DECOMMISSIONED.');
      const problems = await checkRedirect(world, record.ids);
      if (problems.length > 0) throw fail('E5106', `Verification of the redirect failed: ${problems.join('; ')}.`);
      const scan = await residueOf(world, context, record);
      if (!holdsNothingOwn(scan)) throw fail('E4009', `The mother still holds state: ${scanSummary(scan)}.`);
      await checkProtected(world, 'After the decommissioning');
      return {
        summary: `${record.ids.length} old addresses answer 301 to ${targetOf(world)}; residue: ${scanSummary(scan)}`,
        facts: { redirect: targetOf(world), ids: record.ids, residue: scan },
      };
    },
  };
}
