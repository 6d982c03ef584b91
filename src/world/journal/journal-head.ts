/**
 * The signed head of a journal, in `journal.head.json` beside it: how many lines there were and the hash of the last, signed with the
 * evidence key. The links of the chain show that a line was changed; the head shows that lines at the end, or all of them, are gone.
 */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ParsedJournal, repairActions } from '../../engine/journal-entry.js';
import { type Envelope, keyIdOf, type Signer, seal, unseal } from '../../evidence/signing.js';
import { journalHeadPath } from '../../sovereign/state/lock.js';
import { fail } from '../../support/errors/errors.js';

export interface JournalHead {
  fqdn: string;
  /** Number of the last line it covers, and its sha256. */
  seq: number;
  hash: string;
  run: string;
  /** RFC 3339. */
  at: string;
  reason: string;
}

export interface CheckedHead extends JournalHead {
  /** Of the key that signed it (signing.ts). */
  keyId: string;
}

interface SignedHead {
  /** SPKI PEM, so that a stranger sees with which key to compare. */
  publicKey: string;
  envelope: Envelope;
}

const payloadType = 'application/vnd.catalyst.journal-head+json';

export const headPath = (journal: string) => journalHeadPath(dirname(journal));

export function signHead(signer: Signer, head: JournalHead): string {
  const signed: SignedHead = { publicKey: signer.publicKey, envelope: seal(signer, payloadType, head) };
  return `${JSON.stringify(signed, null, 2)}\n`;
}

/**
 * The head beside the journal at `path`, once it is proven to fit; undefined for a journal that was never sealed.
 * @param key the public key (PEM) that must have signed it; without one, the key that the head itself names
 * @throws E4031 when lines that it covers are missing or changed; E4032 when it is missing, damaged or signed with another key
 */
export function checkHead(path: string, journal: ParsedJournal, key?: string): CheckedHead | undefined {
  const text = readIfAny(headPath(path));
  if (text === undefined) {
    const sealed = journal.entries.findLast(({ kind }) => kind === 'sealed');
    if (sealed) throw badHead(path, `${headPath(path)} is missing, but line ${sealed.seq} records that it was written`);
    return undefined;
  }
  const head = openHead(text, path, key);
  const there = head.seq === journal.entries.length ? journal.last : journal.entries[head.seq]?.prev;
  if (there === head.hash) return head;
  const what =
    there === undefined
      ? `has ${journal.entries.length} lines, but had ${head.seq}`
      : `has another line ${head.seq}, or lines before it, than`;
  throw fail('E4031', `${path} ${what} when it was signed at ${head.at} (${head.reason}).`, {
    actions: ['restore the journal from a backup', ...repairActions(path)],
    data: { path, signed: head.seq, lines: journal.entries.length },
  });
}

function openHead(text: string, path: string, key: string | undefined): CheckedHead {
  let head: unknown;
  let keyId = '';
  try {
    const { envelope, publicKey } = JSON.parse(text) as SignedHead;
    if (key !== undefined && key.trim() !== publicKey.trim())
      throw badHead(path, 'the journal was signed with another key');
    head = unseal(envelope, payloadType, publicKey);
    if (head) keyId = keyIdOf(createPublicKey(publicKey));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw badHead(path, `${headPath(path)} is damaged`);
    throw error;
  }
  if (!isHead(head)) throw badHead(path, `the signature in ${headPath(path)} is not valid`);
  return { ...head, keyId };
}

function isHead(head: unknown): head is JournalHead {
  const { seq, hash, at, reason, fqdn } = (head ?? {}) as Partial<JournalHead>;
  return Number.isSafeInteger(seq) && [hash, at, reason, fqdn].every((field) => typeof field === 'string');
}

function badHead(path: string, why: string) {
  return fail('E4032', `The journal ${path} cannot be trusted: ${why}.`, {
    actions: ['restore the journal and its head from a backup', ...repairActions(path)],
    data: { path },
  });
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fail('E1201', `${path} cannot be read.`, { cause: error });
  }
}
