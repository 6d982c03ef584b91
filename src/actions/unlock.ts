/** What holds a Sovereign's lock, and taking it over once a person has declared that run ended. */
import { existsSync } from 'node:fs';
import { removedJournalOf } from '../evidence/removed-journal.js';
import {
  type Holder,
  type HolderState,
  heldBy,
  leasePath,
  readHolder,
  staleMs,
  stateOfHolder,
} from '../sovereign/state/lease.js';
import { journalPath } from '../sovereign/state/lock.js';
import { thisProcess } from '../sovereign/state/process-identity.js';
import { fail } from '../support/errors/errors.js';
import { openExclusively } from '../support/files/exclusive-file.js';
import { refuseWrongName } from './session/confirmed-run.js';
import type { Context } from './session/context.js';
import { lockJournal } from './session/lock-journal.js';
import { inspectJournal } from './session/read-journal.js';

export interface LockHolder {
  command: string;
  run: string;
  by: string;
  pid: number;
  since: string;
  /** When the lease was renewed last, and how long ago that is. */
  renewed: string;
  ageSeconds: number;
  /** Whether the lease was written on this machine; absent where machines have no id. */
  thisMachine?: boolean;
  state: HolderState;
}

export interface Unlocked {
  /** The lease file. */
  path: string;
  holder?: LockHolder;
  takenOver: boolean;
}

/**
 * @param show receives the holder before anything is asked
 * @throws E1202 while the holder lives or renews its lease, E4006 unconfirmed, E4008 and E4031 for a journal that needs a repair
 */
export async function unlock(
  context: Context,
  confirm: string | undefined,
  show: (found: Unlocked) => void,
): Promise<Unlocked> {
  const dir = await context.stateDir();
  const path = leasePath(dir);
  const holder = readHolder(path);
  const { held, state } = look(dir, holder, context.clock.now());
  const found: Unlocked = {
    path,
    takenOver: false,
    ...(holder && state && { holder: describe(holder, state, context) }),
  };
  show(found);
  if (holder && state && state !== 'dead' && state !== 'silent') throw living(holder, path, state);
  if (held) {
    throw fail('E1202', `Another process has ${journalPath(dir)} open for writing. Nothing was changed.`, {
      actions: ['wait for it to end', `fuser -v ${journalPath(dir)}`],
    });
  }
  const { problem } = inspectJournal(dir);
  const removed = holder && (await removedJournalOf(dir, () => context.credentials()));
  if (problem && !removed) throw problem;
  // A repair needs the lock first, so it is part of what is confirmed here.
  if (removed) context.output.warn(`${removed.message} The takeover starts a new journal.`);
  if (context.options.dryRun) await refuseWrongName(context, confirm);
  if (!holder || context.options.dryRun) return found;
  const { fqdn } = (await context.spec()).sovereign.spec;
  await context.confirmByName({ what: `This takes the lock of ${fqdn} over from "${holder.command}"`, confirm });
  const locked = await lockJournal(dir, {
    ...{ command: 'catalyst unlock', fqdn, runId: context.runId, by: context.by, clock: context.clock },
    ...{ redactor: context.redactor, keys: () => context.credentials(), warn: context.output.warn },
    takeOver: holder.run,
  });
  try {
    await locked.bind({ fqdn });
    const { command, run, by, since, renewed } = holder;
    const reason = `taken over from "${command}" of ${by}`;
    locked.journal.append({
      kind: 'takeover',
      inputs: {
        reason,
        command,
        of: run,
        from: by,
        since,
        renewed,
        state,
        ...(removed && { removed: removed.message }),
      },
    });
  } finally {
    await locked.release();
  }
  return { ...found, takenOver: true };
}

/** Tries the lock on the journal, as a run would, and gives it back. */
function look(dir: string, holder: Holder | undefined, now: Date): { held: boolean; state?: HolderState } {
  const journal = existsSync(journalPath(dir)) ? openExclusively(journalPath(dir)) : undefined;
  const held = journal === undefined && existsSync(journalPath(dir));
  const state = holder && stateOfHolder(holder, { here: thisProcess(), journal, now });
  journal?.close();
  return { held, state: held && state === 'silent' ? 'renewing' : state };
}

function describe(holder: Holder, state: HolderState, { clock }: Context): LockHolder {
  const { command, run, by, pid, since, renewed, machine } = holder;
  const here = thisProcess().machine;
  const ageSeconds = Math.round((clock.now().getTime() - Date.parse(renewed)) / 1000);
  const known = machine !== '' && here !== '';
  return { command, run, by, pid, since, renewed, ageSeconds, state, ...(known && { thisMachine: machine === here }) };
}

function living(holder: Holder, path: string, state: HolderState) {
  const { message, actions, data } = heldBy(holder, path, state);
  const again = `or, if that run has ended, try again ${staleMs / 1000} s after its last renewal`;
  return fail('E1202', `${message} Nothing was changed.`, {
    actions: [...actions, ...(state === 'renewing' ? [again] : [])],
    data,
  });
}

const states: Record<HolderState, string> = {
  alive: 'its process is running on this machine',
  dead: 'its process has ended; the next run takes the lock over automatically',
  renewing: 'it still renews its lease, so it runs elsewhere',
  silent: 'it no longer renews its lease; whether it has ended cannot be checked from here',
};

export function unlockText({ path, holder }: Unlocked): string {
  if (!holder) return `Nothing holds the lock ${path}.`;
  const { thisMachine } = holder;
  const where = thisMachine === undefined ? '' : thisMachine ? ', on this machine' : ', on another machine';
  return [
    `lock     ${path}`,
    `command  ${holder.command} (run ${holder.run})`,
    `by       ${holder.by}, process ${holder.pid}${where}`,
    `since    ${holder.since}`,
    `renewed  ${holder.renewed} (${holder.ageSeconds} s ago)`,
    `state    ${states[holder.state]}`,
  ].join('\n');
}
