/** What `status` shows first while a handover is unfinished, by asking the clusters. */
import type { JournalEntry } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Context } from '../session/context.js';
import { readJournal } from '../session/read-journal.js';

/** A line each; none where this machine has no handover under way: then no cluster is asked. */
export async function unfinishedHandover(context: Context, stateDir: string): Promise<string[]> {
  if (!isUnderWay(readJournal(stateDir))) return [];
  // Most of the handover's code comes with it: not for a status that has none to show.
  const { handoverHeadline, statusIfAny } = await import('./status.js');
  try {
    const status = await statusIfAny(await context.world());
    if (!status.unfinished) return [];
    return [
      handoverHeadline(status),
      ...(status.unread ?? []),
      ...status.changes.map((change) => `  changed on the mother now: ${change}`),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    return [`A handover was started and not finished. Its current changes could not be read: ${messageOf(error)}`];
  }
}

/** True when the newest change of a handover's record is not its deletion. */
function isUnderWay(entries: readonly JournalEntry[]): boolean {
  const newest = [...foldJournal(entries).operations.values()]
    .filter(({ sentence }) => /\b(of the handover|the handover record) in ConfigMap /.test(sentence))
    .at(-1);
  return newest !== undefined && !newest.sentence.startsWith('delete ');
}
