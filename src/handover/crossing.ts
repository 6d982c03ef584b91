/** The point of no return: what is confirmed, the intent that is recorded first, and what shows that it was crossed. */

import type { JournalState } from '../engine/journal-state.js';
import type { Mutation } from '../engine/mutation.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { clusterUid } from '../world/cluster-identity.js';
import { noClusterYet } from '../world/kube-if-any.js';
import type { World } from '../world/world.js';
import type { Handover } from './handover.js';
import {
  crossingMutation,
  crossingWords,
  type HandoverItem,
  type HandoverRecord,
  hasReached,
  isCrossing,
  placesOf,
  readRecord,
} from './record.js';
import { readSource, sourceText } from './sovereign/actual-state.js';
import { verifyCopies } from './sovereign/copy.js';

/** Why only the way forward is open; undefined while the handover can still be walked back. Asks the Sovereign, not the record alone. */
export async function whyCrossed(
  world: World,
  record: HandoverRecord | undefined,
  journal: JournalState,
): Promise<string | undefined> {
  const state = record ? `The handover is ${record.state ?? 'begun'}` : 'No record of a handover was found';
  if (record && isCrossing(record)) {
    const { at = record.pointOfNoReturnAt, by } = record.crossing ?? {};
    const what = hasReached(record, 'ACTIVATED') ? 'was crossed' : 'was crossed, or was about to be,';
    return `${state}, and the point of no return ${what} at ${at}${by ? ` by ${by}` : ''}`;
  }
  const kube = await world.kube().catch(noClusterYet);
  if (!kube) return undefined;
  const source = await readSource(world);
  if (source.own) return `${state}, but the Sovereign's Flux already reads ${sourceText(source)}`;
  const noted = crossingInJournal(journal, await clusterUid(kube));
  return noted && `${state}, but the journal contains the intent to cross the point of no return, recorded at ${noted}`;
}

/** When this machine recorded the intent for this very cluster; one that was built anew has another UID. */
function crossingInJournal(journal: JournalState, cluster: string | undefined): string | undefined {
  if (cluster === undefined) return undefined;
  const ends = `(Sovereign cluster ${cluster})`;
  return [...journal.operations.values()].find(
    ({ sentence, status }) => status === 'ok' && sentence.startsWith(crossingWords) && sentence.endsWith(ends),
  )?.begunAt;
}

/** Mutations of the intent, which carry what is confirmed before; none once it is recorded. */
export async function planCrossing(world: World): Promise<Mutation[]> {
  const record = await readRecord(world).catch(noClusterYet);
  if (record?.crossing) return [];
  const kube = await world.kube().catch(noClusterYet);
  const cluster = kube && (await clusterUid(kube));
  return placesOf(world).map((place) => crossingMutation(place, cluster));
}

/** Asked once VERIFIED, with what the handover knows by then. Throws E4006 when nobody can answer, or the answer is no. */
export async function confirmCrossing(handover: Handover): Promise<void> {
  const { world, record, confirm } = handover;
  if (record.crossing) return;
  const { fqdn, mother } = world.sovereign.spec;
  if (!confirm) {
    throw fail('E4006', `The point of no return of ${fqdn} needs a confirmation. It was not crossed.`, {
      actions: [command('handover finalize', { confirm: fqdn })],
    });
  }
  await confirm({
    what: `From here on ${fqdn} is on its own, and the handover only goes forward`,
    details: [
      `The handover of ${fqdn} is ${record.state}. What becomes of each item:`,
      ...record.items.map(itemLine),
      'What cannot be undone from here on:',
      `  Flux of ${fqdn} reads its own Gitea only; ${mother.name} is no longer a way back`,
      `  what ${mother.name} knew is revoked: its bindings, and the Secrets copied from it, are deleted on the Sovereign`,
      `  what ${mother.name} retains is deleted by the decommission that follows`,
    ],
  });
}

export function itemLine({ fate, what, reason }: HandoverItem): string {
  return `  ${fate.padEnd(8)} ${what}${reason ? ` (${reason})` : ''}`;
}

/** The last look before the pivot, and the intent on both clusters; once recorded, `abort` refuses. */
export async function intendCrossing(handover: Handover): Promise<void> {
  if (handover.record.crossing) return;
  // The answer may have taken hours.
  await verifyCopies(handover);
  await handover.saveCrossing();
}
