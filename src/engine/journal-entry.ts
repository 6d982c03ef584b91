/** The lines of the journal: their shape, and how a file of them is read and checked. Pure. */
import { basename, dirname } from 'node:path';
import { command } from '../support/commands/command.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { sha256 } from '../support/hash.js';
import type { Target } from './mutation.js';
import type { Evidence } from './step.js';
import { isSystem } from './systems.js';

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
  'bound',
  'sealed',
  'takeover',
  'repaired',
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

export interface ParsedJournal {
  entries: JournalEntry[];
  /** Length of the whole, valid lines. */
  bytes: number;
  /** sha256 of the last of them; empty when there is none. */
  last: string;
  /** The first line that is not valid, when there is one; nothing behind it is read. */
  damage?: { line: number; why: string };
}

const newline = 0x0a;

/**
 * Reads the lines up to the first that is damaged. A last line without its newline is a write that was cut; it is left out. Bytes,
 * not text: the links of the chain are over what is in the file.
 */
export function scanJournal(data: Uint8Array): ParsedJournal {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parsed: ParsedJournal = { entries: [], bytes: 0, last: '' };
  for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline, parsed.bytes)) {
    const bytes = data.subarray(parsed.bytes, end);
    const line = parsed.entries.length + 1;
    const entry = readLine(bytes, decoder);
    if (typeof entry === 'string') return { ...parsed, damage: { line, why: entry } };
    if (entry.prev !== parsed.last || entry.seq !== line)
      return { ...parsed, damage: { line, why: 'the hash chain is broken: a line was changed, removed or added' } };
    parsed.entries.push(entry);
    parsed.last = sha256(bytes);
    parsed.bytes = end + 1;
  }
  return parsed;
}

/** The same, for who needs all of it. Throws E4008 naming the line that is damaged. */
export function parseJournal(data: Uint8Array | string, path: string): ParsedJournal {
  const parsed = scanJournal(typeof data === 'string' ? Buffer.from(data) : data);
  if (parsed.damage) throw damaged(path, parsed.damage);
  return parsed;
}

export function damaged(path: string, { line, why }: { line: number; why: string }) {
  return fail('E4008', `${path} line ${line}: ${why}.`, {
    actions: ['restore the journal from a backup', ...repairActions(path)],
    data: { line },
  });
}

/** The folder of a journal is named by the FQDN. */
export const repairActions = (path: string) => [
  command('journal show'),
  `or accept what is there, and prove the rest again: ${command('journal repair', { confirm: basename(dirname(path)) })}`,
];

function readLine(bytes: Uint8Array, decoder: TextDecoder): JournalEntry | string {
  let value: unknown;
  try {
    const text = decoder.decode(bytes);
    if (text.trim() === '') return 'the line is empty';
    value = JSON.parse(text);
  } catch (error) {
    return `not JSON (${messageOf(error)})`;
  }
  return isEntry(value) ? value : 'not a journal entry of a known version';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string';
const isTextIfAny = (value: unknown) => value === undefined || isText(value);

/** Everything that folding a journal relies on; by hand, since every command reads thousands of lines. */
function isEntry(value: unknown): value is JournalEntry {
  if (!isObject(value) || value.v !== 1 || !entryKinds.includes(value.kind as EntryKind)) return false;
  const { target, inputs, evidence, phase } = value;
  return (
    [value.run, value.by, value.prev].every(isText) &&
    isText(value.at) &&
    !Number.isNaN(Date.parse(value.at as string)) &&
    [value.plan, value.op, value.ticket, value.step].every(isTextIfAny) &&
    (phase === undefined || typeof phase === 'number') &&
    (inputs === undefined || isObject(inputs)) &&
    (target === undefined ||
      (isObject(target) && isSystem(target.system) && [target.kind, target.name].every(isText))) &&
    (evidence === undefined || (isObject(evidence) && isText(evidence.summary) && isObject(evidence.facts)))
  );
}
