/** Checks a journal as a stranger can, with the public key alone: each link of the chain, and the signed head. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseJournal } from '../../engine/journal-entry.js';
import { removedJournalOf } from '../../evidence/removed-journal.js';
import { findPublicKey } from '../../evidence/signing.js';
import { journalPath } from '../../sovereign/state/lock.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type Binding, bindingOf } from '../../world/journal/journal-binding.js';
import { type CheckedHead, checkHead } from '../../world/journal/journal-head.js';
import type { Context } from '../session/context.js';

export interface JournalVerified {
  path: string;
  lines: number;
  binding?: Binding;
  /** The head that was signed last; absent for a journal that never was. */
  head?: CheckedHead;
  /** Lines behind the head: of a run that goes on, or was killed. */
  unsigned: number;
  /** True when the key was given or is this machine's; else the head was checked with the key that it names itself. */
  keyKnown: boolean;
}

/** Throws E4008, E4031 or E4032 for a journal that is not what was signed, E1201 when a file cannot be read. */
export async function verifyJournal(context: Context, file?: string, keyFile?: string): Promise<JournalVerified> {
  const path = file === undefined ? journalPath(await context.stateDir()) : resolve(file);
  const own = async () => (file === undefined ? findPublicKey(await context.credentials()) : undefined);
  const removed = file === undefined ? await removedJournalOf(dirname(path), () => context.credentials()) : undefined;
  if (removed) throw removed;
  const parsed = parseJournal(read(path), path);
  const key = keyFile === undefined ? await own() : read(resolve(keyFile)).toString('utf8');
  const head = checkHead(path, parsed, key);
  const lines = parsed.entries.length;
  return {
    path,
    lines,
    ...{ binding: bindingOf(parsed.entries), head },
    unsigned: parsed.entries.slice(head?.seq ?? 0).filter(({ kind }) => kind !== 'sealed').length,
    keyKnown: key !== undefined,
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('E1201', `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

export function verifiedText({ path, lines, binding, head, unsigned, keyKnown }: JournalVerified): string {
  const world = binding?.world;
  const where = world ? ` in ${world.kind === 'lab' ? `the lab ${world.name}` : 'the real world'}` : '';
  const whose = keyKnown ? '' : '; compare that id with the key of the Sovereign, or give --key FILE';
  return [
    `journal   ${path}`,
    `lines     ${lines}, each linked to the one before`,
    `bound to  ${binding ? `${binding.fqdn}${where}` : 'nothing (catalyst 0.1.0)'}`,
    head
      ? `signed    lines 1 to ${head.seq}, at ${head.at} (${head.reason}), by key ${head.keyId}${whose}`
      : 'signed    never',
    ...(unsigned > 0 ? [`unsigned  ${unsigned} newer lines`] : []),
  ].join('\n');
}
