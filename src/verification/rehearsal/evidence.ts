/** The last step of a rehearsal: journal, listing and the state it ended in, in a signed bundle that `verify dod` of the Sovereign finds. */
import { parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { type ItemResult, verdictOf } from '../dod/item.js';
import type { DodReport } from '../dod/report.js';
import { journalText, type WrittenEvidence, writeEvidence } from '../dod/write-evidence.js';
import { rehearsalSteps as ids } from './cycle.js';
import { listingPath } from './judge.js';
import type { Listing } from './listing.js';
import { pointToRehearsal } from './pointer.js';
import { stateTaken } from './state-taken.js';

export interface SignRequest {
  steps: readonly Step[];
  listing: () => Listing | undefined;
  /** State folder of the Sovereign whose `verify dod` is to find it. */
  pointerIn: string;
  /** Whether all of phases 0 to 6 were rehearsed; evidence of less is kept and not pointed to. */
  whole: boolean;
}

export interface SigningStep {
  step: Step;
  written(): WrittenEvidence | undefined;
}

export function signRehearsal(world: World, request: SignRequest): SigningStep {
  const { fqdn } = world.sovereign.spec;
  let written: WrittenEvidence | undefined;
  const step: Step = {
    id: ids.evidence,
    title: `Rehearsal on ${fqdn} signed`,
    phase: 8,
    needs: [ids.orphans],
    plan: async () => [],
    isDone: async () => ({ done: false }),
    async run() {
      const listing = request.listing();
      if (!listing) throw fail('E4009', `No listing shows that nothing is left of ${fqdn}.`);
      const report = await reportOf(world);
      written = await writeEvidence(world, {
        report,
        steps: request.steps,
        kind: 'rehearsal',
        files: { [listingPath]: listing },
      });
      if (request.whole) pointToRehearsal(request.pointerIn, { bundle: written.bundle, fqdn, at: report.finishedAt });
    },
    async proof() {
      const { bundle, report } = written!;
      return { summary: `signed bundle ${bundle}`, facts: { bundle, report } };
    },
  };
  return { step, written: () => written };
}

async function reportOf(world: World): Promise<DodReport> {
  const { entries } = parseJournal(journalText(world.stateDir), 'journal.jsonl');
  const { proofs, runs } = foldJournal(entries);
  const proof = proofs.get(ids.state);
  const at = world.clock.now().toISOString();
  const item: ItemResult = {
    id: 'D1',
    title: 'exactly the 24 Blueprints, at their pins, healthy',
    repeat: command('rehearse'),
    at: proof?.at ?? at,
    ...stateTaken({ proofs }),
  };
  const identity = await world.identity();
  return {
    fqdn: world.sovereign.spec.fqdn,
    verdict: verdictOf([item], undefined, false),
    complete: false,
    startedAt: runs.at(-1)?.at ?? at,
    finishedAt: at,
    lab: identity.kind === 'lab',
    world: identity,
    items: [item],
    journalLines: entries.length,
  };
}
