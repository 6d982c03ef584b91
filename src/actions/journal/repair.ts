/** Accepts a journal that lost lines or is damaged: what is whole stays, the rest is put aside, and the journal says so. */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { removedJournalOf } from '../../evidence/removed-journal.js';
import { journalPath } from '../../sovereign/state/lock.js';
import { refuseWrongName } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { lockJournal } from '../session/lock-journal.js';
import { inspectJournal } from '../session/read-journal.js';

export interface JournalRepaired {
  /** What was wrong; absent when nothing was. */
  problem?: string;
  /** Whole lines that stay. */
  kept: number;
  /** The journal as it was, when there was one. */
  aside?: string;
  repaired: boolean;
}

/** Throws E4030 for a journal that belongs elsewhere, E4006 unconfirmed, E1202 while a run works. */
export async function repairJournal(context: Context, confirm?: string): Promise<JournalRepaired> {
  const dir = await context.stateDir();
  const { fqdn } = (await context.spec()).sovereign.spec;
  const { entries, problem = await removedJournalOf(dir, () => context.credentials()) } = inspectJournal(dir);
  const kept = entries.length;
  if (!problem) return { kept, repaired: false };
  if (problem.code === 'E4030') throw problem;
  context.output.note(problem.message);
  if (context.options.dryRun) await refuseWrongName(context, confirm);
  if (context.options.dryRun) return { problem: problem.message, kept, repaired: false };
  await context.confirmByName({
    what: `This accepts the journal of ${fqdn} as it is: ${kept} intact lines; proofs after them are lost`,
    confirm,
  });
  const path = journalPath(dir);
  const aside = existsSync(path) ? `${path}.${context.clock.now().toISOString().replaceAll(':', '-')}` : undefined;
  if (aside) copyFileSync(path, aside);
  try {
    const locked = await lockJournal(dir, {
      ...{ command: 'catalyst journal repair', fqdn, runId: context.runId, by: context.by, clock: context.clock },
      ...{ redactor: context.redactor, keys: () => context.credentials(), warn: context.output.warn, accept: true },
    });
    try {
      await locked.bind({ fqdn });
      const inputs = { message: problem.message, code: problem.code, kept, aside: aside && basename(aside) };
      locked.journal.append({ kind: 'repaired', inputs });
      await locked.journal.sealHead('a repair');
    } finally {
      await locked.release();
    }
  } catch (error) {
    if (aside) rmSync(aside, { force: true });
    throw error;
  }
  return { problem: problem.message, kept, aside, repaired: true };
}
