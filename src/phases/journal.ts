/**
 * The journal: append-only JSON lines, each fsynced and chained to the one before by hash (product.md §6). It is what a
 * killed run leaves for the next one. Folding it into state is a pure function in journal-state.ts.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Clock } from '../support/clock.js';
import { fail, messageOf } from '../support/errors.js';
import { sha256 } from '../support/hash.js';
import type { Redactor } from '../support/redact.js';
import type { Evidence, Target } from './step.js';

export const entryKinds = [
  'run-started',
  'run-finished',
  'step-started',
  'step-skipped',
  'step-failed',
  'begin',
  'ok',
  'fail',
  'indoubt',
  'proof',
  'ticket-set',
  'forced',
  'note',
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** One line. `op` ties begin to its end; `inputs` holds the sentence and other facts, never a secret. */
export interface JournalEntry {
  v: 1;
  seq: number;
  /** sha256 of the line before, empty on the first. */
  prev: string;
  run: string;
  plan?: string;
  op?: string;
  phase?: number;
  ticket?: string;
  step?: string;
  kind: EntryKind;
  target?: Target;
  inputs?: Record<string, unknown>;
  at: string;
  by: string;
  evidence?: Evidence;
}

export type NewEntry = Omit<JournalEntry, 'v' | 'seq' | 'prev' | 'at' | 'by' | 'run'> & { run?: string };

export interface Journal {
  readonly path: string;
  readonly entries: readonly JournalEntry[];
  append(entry: NewEntry): JournalEntry;
  close(): void;
}

const genesis = '';

/** Reads and checks a whole journal text. A last line without its newline is a write that was cut; it is left out. */
export function parseJournal(text: string, path: string): { entries: JournalEntry[]; bytes: number; last: string } {
  const entries: JournalEntry[] = [];
  let last = genesis;
  let bytes = 0;
  const lines = text.split('\n');
  const complete = lines.slice(0, -1);
  complete.forEach((line, index) => {
    const problem = (why: string) =>
      fail('E4008', `${path} line ${index + 1}: ${why}.`, {
        actions: [
          'catalyst journal show --json',
          `keep a copy of ${path}, remove from that line on, then: catalyst resume`,
        ],
        data: { line: index + 1 },
      });
    if (line.trim() === '') throw problem('the line is empty');
    let entry: JournalEntry;
    try {
      entry = JSON.parse(line) as JournalEntry;
    } catch (error) {
      throw problem(`not JSON (${messageOf(error)})`);
    }
    if (entry.v !== 1 || !entryKinds.includes(entry.kind))
      throw problem('not a journal entry of a version that is known');
    if (entry.prev !== last || entry.seq !== index + 1)
      throw problem('the hash chain is broken: a line was changed, removed or added');
    entries.push(entry);
    last = sha256(line);
    bytes += Buffer.byteLength(line) + 1;
  });
  return { entries, bytes, last };
}

export interface JournalOptions {
  path: string;
  runId: string;
  /** Who runs: user@host. */
  by: string;
  clock: Clock;
  redactor: Redactor;
}

/** Opens (or begins) the journal for writing; a cut last line is removed. Throws E4008 when it is damaged, E1201 on disk faults. */
export function openJournal({ path, runId, by, clock, redactor }: JournalOptions): Journal {
  let fd: number;
  try {
    fd = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  } catch (error) {
    throw fail('E1201', `The journal ${path} cannot be opened: ${messageOf(error)}.`, { cause: error });
  }
  const { entries, bytes, last } = parseJournal(readFileSync(path, 'utf8'), path);
  if (fstatSync(fd).size !== bytes) ftruncateSync(fd, bytes);
  let prev = last;
  let position = bytes;
  return {
    path,
    entries,
    append(entry) {
      const full: JournalEntry = {
        v: 1,
        seq: entries.length + 1,
        prev,
        run: runId,
        ...entry,
        at: clock.now().toISOString(),
        by,
      };
      const line = redactor.redact(JSON.stringify(full));
      const data = Buffer.from(`${line}\n`);
      try {
        if (writeSync(fd, data, 0, data.length, position) !== data.length) throw new Error('short write');
        fsyncSync(fd);
      } catch (error) {
        ftruncateSync(fd, position);
        throw fail(
          'E1201',
          `The journal ${path} cannot be written: ${messageOf(error)}. Nothing further was changed.`,
          {
            actions: ['free space on the disk that holds the state directory', 'catalyst resume'],
            cause: error,
          },
        );
      }
      position += data.length;
      prev = sha256(line);
      entries.push(full);
      return full;
    },
    close: () => closeSync(fd),
  };
}
