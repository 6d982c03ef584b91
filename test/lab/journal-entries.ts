/** The journal of a lab's Sovereign as tests watch it: its whole lines, and what makes two entries the same one. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../src/engine/journal-entry.js';

export const journalName = 'journal.jsonl';

/** Answers at each call the lines that have become whole since the last; nothing while there is no journal. */
export function journalReader(folder: string): () => JournalEntry[] {
  let at = 0;
  return () => {
    const fresh = readFrom(join(folder, journalName), at);
    const whole = fresh.subarray(0, fresh.lastIndexOf(0x0a) + 1);
    at += whole.length;
    const lines = whole.toString('utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  };
}

function readFrom(path: string, at: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - at));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at));
  } finally {
    closeSync(file);
  }
}

/** What is made up anew in each run or lab: ids, hashes, ports. */
export const withoutIds = (text: string) => text.replace(/\b[0-9a-f]{8,}(-[0-9a-f]{4,})*\b|\d{3,}/g, '…');

/** Step, begin or end, and the sentence without ids; undefined for an entry of no change. */
export function keyOf({ kind, step, inputs }: JournalEntry): string | undefined {
  if (!['begin', 'ok', 'fail', 'indoubt'].includes(kind)) return undefined;
  return `${step} ${kind === 'begin' ? 'begin' : 'end'} ${withoutIds(String(inputs?.['sentence']))}`;
}
