/** Ticket #317: the Sovereign takes over, what the mother knew is refused, what it retained is gone. */

import type { Done, Evidence } from '../../engine/step.js';
import { holdsNothingOwn, scanSummary } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { openHandover, settleRecord } from '../handover.js';
import { erasePlan, eraseRetained } from '../mother/erase.js';
import { holdMother, leaseMutation } from '../mother/hold-mother.js';
import { residueMutations, residueOf } from '../mother/residue.js';
import { assertRefused } from '../mother/revoke.js';
import { type HandoverRecord, hasReached, isRecordedAlike, placesOf, readRecord, recordMutation } from '../record.js';
import { planStages, reachRevoked } from '../stages.js';

export interface FinalizeOptions {
  /** Stops at REVOKED and leaves the retained state, as `handover finalize` does. */
  keepRetained?: boolean;
}

/** The record, or undefined while one of the clusters is not there. */
async function recordIfAny(world: World): Promise<HandoverRecord | undefined> {
  return readRecord(world).catch(noClusterYet);
}

/** Whether one copy of the record is older than the other; at the end the mother has none. */
const isLeftBehind = async (world: World, record: HandoverRecord): Promise<boolean> =>
  !hasReached(record, 'DECOMMISSIONED') && !(await isRecordedAlike(world));

export function finalizeHandover(world: World, options: FinalizeOptions = {}): Step {
  return {
    // The part that `handover finalize` runs proves less than the ticket.
    id: options.keepRetained ? 'handover-finalize' : '#317',
    title: 'Handover finalized with minimum retention',
    phase: 7,
    needs: ['#385'],
    ticket: '#317',
    estimateMinutes: 30,

    async plan() {
      const record = await recordIfAny(world);
      const settling =
        record && (await isLeftBehind(world, record))
          ? placesOf(world).map((place) => recordMutation(place, record.state ?? 'progress'))
          : [];
      const stages = await planStages(world, (state) => record !== undefined && hasReached(record, state));
      const held = [leaseMutation(world), ...settling, ...stages];
      if (options.keepRetained) return held;
      return [...held, ...(record?.erasedAt ? [] : await erasePlan(world)), ...residueMutations(world)];
    },

    planProof: async () => (options.keepRetained ? [] : residueMutations(world)),

    async isDone(): Promise<Done> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'REVOKED')) return { done: false };
      if (await isLeftBehind(world, record)) return { done: false };
      if (!options.keepRetained && record.erasedAt === undefined) return { done: false };
      return { done: true, reason: `the handover is ${record.state} since ${record.history.at(-1)?.at}` };
    },

    run(context) {
      return holdMother(world, context, async (held) => {
        const handover = await openHandover(world, held);
        await settleRecord(handover);
        await reachRevoked(handover);
        if (!options.keepRetained && handover.record.erasedAt === undefined) await eraseRetained(handover);
      });
    },

    async proof(context): Promise<Evidence> {
      const record = await recordIfAny(world);
      if (!record || !hasReached(record, 'REVOKED')) throw fail('E4009', 'The handover is not REVOKED.');
      assertRefused(record.refusals);
      const facts = {
        state: record.state,
        begun: record.begun,
        crossing: record.crossing,
        items: record.items,
        refusals: record.refusals,
        history: record.history,
      };
      const sha = record.revision?.split('sha1:')[1];
      const refused = `${record.refusals.length} old credentials tried: ${[...new Set(record.refusals.map((one) => one.answer))].join(', ') || 'there were none'}`;
      if (options.keepRetained) return { summary: `${record.state}; ${refused}`, sha, facts };
      const scan = await residueOf(world, context, record);
      if (!holdsNothingOwn(scan)) {
        throw fail('E4009', `The mother still holds state of ${record.fqdn}: ${scanSummary(scan)}.`, {
          actions: [command('verify residue'), command('handover decommission')],
          data: { findings: scan.findings, looked: scan.looked },
        });
      }
      return { summary: `residue: ${scanSummary(scan)}; ${refused}`, sha, facts: { ...facts, residue: scan } };
    },
  };
}
