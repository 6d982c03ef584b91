/** The evidence bundle: a tar with every file named and hashed in index.json, and a signed in-toto statement about that index. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { WorldIdentity } from '../sovereign/world-identity.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { readRegularFile } from '../support/files/read-regular-file.js';
import { sha256 } from '../support/hash.js';
import { readTar } from './archive.js';
import { type Envelope, type Signer, seal } from './signing.js';

export const payloadType = 'application/vnd.in-toto+json';
export const predicateType = 'https://openova.io/catalyst/definition-of-done/v1';

export interface Predicate {
  fqdn: string;
  verdict: string;
  at: string;
  runId: string;
  planHash: string;
  /** True when the Sovereign was a lab. */
  lab: boolean;
  /** Which world: the identity that everything it talked to has in common. */
  world: WorldIdentity;
  windowMs?: number;
}

export interface Statement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: typeof predicateType;
  predicate: Predicate;
}

export interface Index {
  version: 1;
  files: { path: string; sha256: string; bytes: number }[];
}

export const indexPath = 'index.json';
export const envelopePath = 'statement.dsse.json';

export interface BundleRequest {
  /** Where the tar goes. */
  file: string;
  files: Readonly<Record<string, string>>;
  predicate: Predicate;
  signer: Signer;
}

/** Writes the tar with mode 0600 and answers its sha256. Throws E1201 when it cannot be written. */
export async function writeBundle({ file, files, predicate, signer }: BundleRequest): Promise<void> {
  const index: Index = {
    version: 1,
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
    writeFileSync(file, bytes, { mode: 0o600 });
  } catch (error) {
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
  version: z.literal(1),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
});
const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
});

/** Reads a tar without trusting anything in it. Throws E6102 when there is no such file, E6110 when it is not a whole bundle. */
export async function readBundle(file: string): Promise<OpenBundle> {
  if (!existsSync(file)) throw fail('E6102', `There is no file ${file}.`);
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
  text('dod.json', largest.report);
  const indexText = text(indexPath, largest.index);
  const envelopeText = text(envelopePath, largest.index);
  try {
    const index = indexSchema.parse(JSON.parse(indexText));
    const envelope = envelopeSchema.parse(JSON.parse(envelopeText));
    return { files, index, envelope, indexText };
  } catch (error) {
    throw broken('its index or statement has an unknown format', error);
  }
}
