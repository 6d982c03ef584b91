/**
 * The journal: append-only JSON lines, each fsynced and chained to the one before by hash (product.md §6). It is what a
 * killed run leaves for the next one. Folding it into state is a pure function in journal-state.ts.
 */
import { fstatSync, fsyncSync, ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { type CatalystError, fail, messageOf } from '../support/errors/errors.js';
import { type ExclusiveFile, openExclusively } from '../support/files/exclusive-file.js';
import { syncFolder } from '../support/files/sync-folder.js';
import { sha256 } from '../support/hash.js';
import type { Redactor } from '../support/redact/redact.js';
import { type JournalEntry, type ParsedJournal, parseJournal, scanJournal } from './journal-entry.js';

export type NewEntry = Omit<JournalEntry, 'v' | 'seq' | 'prev' | 'at' | 'by' | 'run'> & { run?: string };

export interface Journal {
  readonly path: string;
  readonly entries: readonly JournalEntry[];
  /** Throws E1204 when somebody else wrote to the file or replaced it, E1201 on disk faults; nothing is written then. */
  append(entry: NewEntry): JournalEntry;
  /**
   * Signs how far the journal goes, so that lines which disappear later are missed: at the end of every run and before whatever
   * cannot be undone. `reason` is a fragment: "the end of catalyst wizard". Without a `sign` nothing is done.
   */
  sealHead(reason: string): Promise<void>;
  /** What a signature covers. */
  chain(): ParsedJournal;
  close(): void;
}

export interface JournalOptions {
  path: string;
  runId: string;
  /** Who runs: user@host. */
  by: string;
  clock: Clock;
  redactor: Redactor;
  /** The file at `path`, opened by whoever took the lock; opened here when left out. */
  file?: ExclusiveFile;
  /** Signs a head and keeps it; answers the id of the key. */
  sign?: (head: { seq: number; hash: string; at: string; reason: string }) => Promise<string>;
  /** Cuts off what is damaged, which its caller has put aside, instead of refusing it. */
  accept?: boolean;
}

/** Opens (or begins) the journal for writing; a cut last line is removed. Throws E4008 when it is damaged, E1202 while another has it. */
export function openJournal(options: JournalOptions): Journal {
  const { path, runId, by, clock, redactor, sign, accept, file = openFile(path) } = options;
  const { fd } = file;
  const data = readFileSync(fd);
  const parsed = accept ? scanJournal(data) : parseJournal(data, path);
  const { entries } = parsed;
  if (fstatSync(fd).size !== parsed.bytes) ftruncateSync(fd, parsed.bytes);
  if (entries.length === 0) syncFolder(dirname(path));
  let prev = parsed.last;
  let size = parsed.bytes;
  const write = (data: Buffer) => {
    if (!file.inPlace() || fstatSync(fd).size !== size) throw takenOver(path);
    try {
      if (writeSync(fd, data) !== data.length) throw new Error('short write');
      fsyncSync(fd);
    } catch (error) {
      ftruncateSync(fd, size);
      throw notWritten(path, error);
    }
    size += data.length;
  };
  const append = (entry: NewEntry): JournalEntry => {
    const full: JournalEntry = {
      v: 1,
      seq: entries.length + 1,
      prev,
      run: runId,
      ...withoutSecrets(entry, redactor),
      at: clock.now().toISOString(),
      by,
    };
    const line = JSON.stringify(full);
    write(Buffer.from(`${line}\n`));
    prev = sha256(line);
    entries.push(full);
    return full;
  };
  return {
    path,
    entries,
    append,
    async sealHead(reason) {
      if (!sign) return;
      const seq = entries.length;
      // The head first: a line that says so without a head beside it then means that somebody removed it.
      const key = await sign({ seq, hash: prev, at: clock.now().toISOString(), reason });
      append({ kind: 'sealed', inputs: { reason, seq, key } });
    },
    chain: () => ({ entries, bytes: size, last: prev }),
    close: () => file.close(),
  };
}

/** Redacts inside the strings, before they are escaped, and never a name that the journal itself gives. */
function withoutSecrets(entry: NewEntry, redactor: Redactor): NewEntry {
  const clean = <T>(part: T): T =>
    part &&
    JSON.parse(JSON.stringify(part, (_key, value) => (typeof value === 'string' ? redactor.redact(value) : value)));
  const { target, inputs, evidence } = entry;
  return {
    ...entry,
    ...(target && { target: { ...clean(target), system: target.system, kind: target.kind } }),
    ...(inputs && { inputs: clean(inputs) }),
    ...(evidence && { evidence: clean(evidence) }),
  };
}

function openFile(path: string): ExclusiveFile {
  let file: ExclusiveFile | undefined;
  try {
    file = openExclusively(path);
  } catch (error) {
    throw fail('E1201', `The journal ${path} cannot be opened: ${messageOf(error)}.`, { cause: error });
  }
  if (file) return file;
  throw fail('E1202', `The journal ${path} is already open for writing.`, { actions: [command('status')] });
}

function takenOver(path: string): CatalystError {
  return fail(
    'E1204',
    `Another process wrote to the journal ${path}, or replaced it, while this run was using it. This run stops here; nothing further was changed.`,
    { actions: [command('journal show'), command('resume')], data: { path } },
  );
}

function notWritten(path: string, cause: unknown): CatalystError {
  return fail('E1201', `The journal ${path} cannot be written: ${messageOf(cause)}. Nothing further was changed.`, {
    actions: ['free space on the disk that holds the state directory', command('resume')],
    cause,
  });
}
