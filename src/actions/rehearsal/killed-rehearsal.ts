/** `rehearse --kill-at`: the rehearsal runs in a process of its own that kills itself at entries of its journal, and is started again until it ends. */
import { dirname, join } from 'node:path';
import type { JournalEntry } from '../../engine/journal-entry.js';
import { throwawayName, throwawayOf } from '../../sovereign/spec/checks/throwaway.js';
import { command } from '../../support/commands/command.js';
import { counted } from '../../support/counted.js';
import { type ErrorCode, errorCodes } from '../../support/errors/error-codes.js';
import { fail } from '../../support/errors/errors.js';
import type { KillAt } from '../../verification/rehearsal/kill-at.js';
import type { Context } from '../session/context.js';
import { inspectJournal } from '../session/read-journal.js';
import type { Rehearsed } from './rehearse.js';

/** By which the process that is to die knows at which entries. */
export const killAtVariable = 'CATALYST_REHEARSAL_DIES_AT';

/** How such a process ended: killed, or with the document of `--json`. */
export type Ended =
  | 'killed'
  | { document: { result?: unknown; error?: { code: string; message: string; actions: string[] } } };
export type RunRehearsal = (killAt: KillAt) => Promise<Ended>;

export interface KilledRehearsal extends Rehearsed {
  /** How often it was killed and went on. */
  kills: number;
}

/** @throws E1001 without a lab, E4035 where the systems are not a lab's, E4009 when it dies without having come further, else what the rehearsal ends with */
export async function killedRehearsal(
  context: Context,
  { name = throwawayName, killAt }: { name?: string; killAt: KillAt },
  run: RunRehearsal,
): Promise<KilledRehearsal> {
  await requireLab(context);
  const { fqdn } = throwawayOf((await context.spec()).sovereign, name).spec;
  const folder = join(dirname(await context.stateDir()), fqdn);
  let before = inspectJournal(folder).entries.length;
  for (let kills = 0; ; kills++) {
    const ended = await run(killAt);
    context.signal.throwIfAborted();
    if (ended !== 'killed') return { ...resultOf(ended), kills };
    const { entries } = inspectJournal(folder);
    if (entries.length <= before)
      throw fail('E4009', `The rehearsal of ${fqdn} was killed, but its journal has no entry at which that happened.`, {
        actions: [command('rehearse', { name })],
      });
    before = entries.length;
    context.output.note(`killed ${counted(kills + 1, 'time')}, now at entry ${before}: ${placeOf(entries.at(-1)!)}`);
  }
}

async function requireLab(context: Context): Promise<void> {
  if (context.options.lab === undefined)
    throw fail('E1001', '--kill-at kills a run on purpose, which is allowed only in a lab. Nothing was changed.', {
      actions: [command('rehearse', { 'kill-at': 'every', lab: 'default' }), command('rehearse')],
    });
  if ((await (await context.world()).identity()).kind === 'lab') return;
  throw fail(
    'E4035',
    '--kill-at is allowed only in a lab, and these systems do not belong to one. Nothing was changed.',
    {
      actions: [command('rehearse')],
    },
  );
}

const placeOf = ({ kind, step = '', inputs }: JournalEntry) =>
  [step, kind, typeof inputs?.sentence === 'string' ? inputs.sentence : ''].filter(Boolean).join(' ');

function resultOf({ document: { result, error } }: Exclude<Ended, string>): Rehearsed {
  if (!error) return result as Rehearsed;
  const { code, message, actions } = error;
  throw fail(code in errorCodes ? (code as ErrorCode) : 'E9001', message, { actions });
}
