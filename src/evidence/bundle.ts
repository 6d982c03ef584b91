/** The evidence bundle: a tar with every file named and hashed in index.json, and a signed in-toto statement about that index. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replacePrivateFile } from '../sovereign/state/state-dir.js';
import type { WorldIdentity } from '../sovereign/world-identity.js';
import { checkShape } from '../support/check-shape.js';
import { fail, isCatalystError, messageOf } from '../support/errors/errors.js';
import { readRegularFile } from '../support/files/read-regular-file.js';
import { sha256 } from '../support/hash.js';
import { userAgent } from '../support/user-agent.js';
import { readTar } from './archive.js';
import { type Envelope, type Signer, seal, unseal } from './signing.js';

export const payloadType = 'application/vnd.in-toto+json';
const formats = 'https://openova.io/catalyst/definition-of-done/v';
/** Of the index and of the statement; readers of format 1 refuse any other. */
export const format = 1;
export const predicateType = `${formats}${format}` as const;

export type BundleKind = 'dod' | 'rehearsal' | 'round';

export interface Predicate {
  fqdn: string;
  verdict: string;
  /** True when every item of the checklist was asked for. */
  complete: boolean;
  at: string;
  runId: string;
  planHash: string;
  /** What wrote it: `catalyst/0.1.0`. */
  by: string;
  /** Of a rehearsal, the Sovereign of which it speaks is gone; a round is no verdict. */
  kind: BundleKind;
  /** The verdict or round before this one on the same Sovereign; left out for the first. */
  previous?: Previous;
  /** True when the Sovereign was a lab. */
  lab: boolean;
  /** Which world: the identity that everything it talked to has in common. */
  world: WorldIdentity;
  windowMs?: number;
}

/** An earlier bundle, by its digest. */
export interface Previous {
  /** Name of its file. */
  bundle: string;
  sha256: string;
}

export interface Statement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: typeof predicateType;
  predicate: Predicate;
}

export interface Index {
  version: typeof format;
  files: { path: string; sha256: string; bytes: number }[];
}

/** What a bundle says of itself: that of a round, and of all others. */
export const reportPaths = { round: 'round.json', verdict: 'dod.json' } as const;

export const indexPath = 'index.json';
export const envelopePath = 'statement.dsse.json';

export interface BundleRequest {
  /** Where the tar goes. */
  file: string;
  files: Readonly<Record<string, string>>;
  predicate: Predicate;
  signer: Signer;
}

/** Writes the tar with mode 0600, whole or not at all: the next bundle names it. Throws E1201 when it cannot be written. */
export async function writeBundle({ file, files, predicate, signer }: BundleRequest): Promise<void> {
  const index: Index = {
    version: format,
    files: Object.entries(files)
      .map(([path, text]) => ({ path, sha256: sha256(text), bytes: Buffer.byteLength(text) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  const indexText = `${JSON.stringify(index, null, 2)}\n`;
  const statement: Statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: indexPath, digest: { sha256: sha256(indexText) } }],
    predicateType,
    predicate,
  };
  const envelope = `${JSON.stringify(seal(signer, payloadType, statement), null, 2)}\n`;
  const all: Record<string, string> = { [envelopePath]: envelope, [indexPath]: indexText, ...files };
  const { packFiles } = await import('../tools/tar/pack.js');
  try {
    const entries = Object.entries(all).map(([path, text]) => ({ path, text }));
    const bytes = await packFiles(entries, { mode: 0o600, mtime: new Date(predicate.at) });
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replacePrivateFile(file, bytes);
  } catch (error) {
    if (isCatalystError(error)) throw error;
    throw fail('E1201', `The evidence cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
}

export interface OpenBundle {
  files: Map<string, Buffer>;
  index: Index;
  envelope: Envelope;
  indexText: string;
}

/** A report with an hour of samples has some 10 MB. What is larger is refused before it is read, or parsed. */
const largest = { bundle: 64 * 2 ** 20, report: 16 * 2 ** 20, index: 2 ** 20 };

const indexSchema = z.object({
  version: z.literal(format),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
});
const newerIndex = z.object({ version: z.int().gt(format) });
const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
});

/**
 * Reads a tar without trusting anything in it. Throws E6102 when there is no such file, E6110 when it is not a whole bundle, E6111 when
 * it is one of a newer format.
 */
export async function readBundle(file: string): Promise<OpenBundle> {
  if (!existsSync(file)) throw fail('E6102', `There is no file ${file}.`, { actions: ['check the path'] });
  const broken = (why: string, cause?: unknown) =>
    fail('E6110', `${file} is not a complete evidence bundle: ${why}.`, { cause });
  let files: Map<string, Buffer>;
  try {
    files = readTar(readRegularFile(file, { maxBytes: largest.bundle }));
  } catch (error) {
    throw broken(messageOf(error), error);
  }
  const text = (path: string, maxBytes: number): string => {
    const bytes = files.get(path);
    if (!bytes) throw broken(`it has no ${path}`);
    if (bytes.length > maxBytes) throw broken(`its ${path} has ${bytes.length} bytes`);
    return bytes.toString();
  };
  const indexText = text(indexPath, largest.index);
  const envelopeText = text(envelopePath, largest.index);
  try {
    const found: unknown = JSON.parse(indexText);
    const newer = checkShape(newerIndex, found).data;
    if (newer) throw newerFormat(file, newer.version);
    text(files.has(reportPaths.round) ? reportPaths.round : reportPaths.verdict, largest.report);
    const index = indexSchema.parse(found);
    const envelope = envelopeSchema.parse(JSON.parse(envelopeText));
    return { files, index, envelope, indexText };
  } catch (error) {
    if (isCatalystError(error)) throw error;
    throw broken('its index or statement has an unknown format', error);
  }
}

/** The same from files that are at hand. Throws where index or statement are missing or of an unknown format. */
export function bundleOf(text: (path: string) => string | undefined): OpenBundle {
  const indexText = String(text(indexPath));
  const index = indexSchema.parse(JSON.parse(indexText));
  const envelope = envelopeSchema.parse(JSON.parse(String(text(envelopePath))));
  const files = [indexPath, envelopePath, ...index.files.map(({ path }) => path)].flatMap((path) => {
    const content = text(path);
    return content === undefined ? [] : [[path, Buffer.from(content)] as const];
  });
  return { files: new Map(files), index, envelope, indexText };
}

/**
 * The statement when it is signed by `publicKey` (PEM) and every file is there with its hash, none besides; else why not, a clause.
 * @param mayLack files of the index that need not be there
 */
export function intactStatement(
  { files, index, envelope, indexText }: OpenBundle,
  publicKey: string,
  { mayLack = () => false }: { mayLack?: (path: string) => boolean } = {},
): Statement | string {
  const statement = unseal(envelope, payloadType, publicKey) as Statement | undefined;
  if (!statement) return 'its statement is not signed by this key';
  if (statement.predicateType !== predicateType)
    return `its statement is about something else: ${statement.predicateType}`;
  const [subject] = statement.subject;
  if (subject?.name !== indexPath || subject.digest.sha256 !== sha256(indexText))
    return 'its index is not the one that was signed';
  const known = new Set([indexPath, envelopePath, ...index.files.map((entry) => entry.path)]);
  for (const path of files.keys()) if (!known.has(path)) return `${path} is not in its index`;
  for (const { path, bytes, sha256: hash } of index.files) {
    const content = files.get(path);
    if (!content && mayLack(path)) continue;
    if (!content) return `${path} is missing`;
    if (content.length !== bytes || sha256(content) !== hash) return `${path} was changed`;
  }
  return statement;
}

/** Throws E6111 for a statement in a newer format than this version knows. */
export function requireKnownFormat(file: string, { envelope }: OpenBundle): void {
  const { predicateType: type = '' } = JSON.parse(
    Buffer.from(envelope.payload, 'base64').toString(),
  ) as Partial<Statement>;
  const version = type.startsWith(formats) ? Number(type.slice(formats.length)) : Number.NaN;
  if (Number.isSafeInteger(version) && version > format) throw newerFormat(file, version);
}

function newerFormat(file: string, version: number) {
  return fail(
    'E6111',
    `${file} cannot be checked by this version: its format is ${version}, and ${userAgent} knows ${format}.`,
    { actions: ['check it with the version of catalyst that wrote it, or a later one'] },
  );
}
