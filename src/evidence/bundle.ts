/** The evidence bundle: a tar with every file named and hashed in index.json, and a signed in-toto statement about that index. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, messageOf } from '../support/errors.js';
import { sha256 } from '../support/hash.js';
import type { WorldIdentity } from '../verify/world-identity.js';
import { type Envelope, type Signer, seal } from './signing.js';
import { tarProblem } from './tar-bytes.js';

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
  const { create } = await import('tar');
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'catalyst-evidence-'));
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, path), text, { mode: 0o600 });
    }
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const mtime = new Date(predicate.at);
    await create({ file, cwd: folder, portable: true, mtime, mode: 0o600 }, Object.keys(all).sort());
  } catch (error) {
    throw fail('E1201', `The evidence cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

export interface OpenBundle {
  files: Map<string, Buffer>;
  index: Index;
  envelope: Envelope;
  indexText: string;
}

/** Reads a tar without trusting anything in it. Throws E6102 when it is not a bundle, E6101 when it is not whole. */
export async function readBundle(file: string): Promise<OpenBundle> {
  const files = new Map<string, Buffer>();
  const { list } = await import('tar');
  try {
    await list({
      file,
      strict: true,
      onReadEntry(entry) {
        const chunks: Buffer[] = [];
        if (files.has(entry.path)) throw new Error(`${entry.path} stands in it twice`);
        if (entry.type !== 'File' && entry.type !== 'OldFile') throw new Error(`${entry.path} is not a plain file`);
        files.set(entry.path, Buffer.alloc(0));
        entry.on('data', (chunk) => void chunks.push(Buffer.from(chunk)));
        entry.on('end', () => files.set(entry.path, Buffer.concat(chunks)));
      },
    });
  } catch (error) {
    throw fail('E6102', `${file} is not an evidence bundle: ${messageOf(error)}.`, { cause: error });
  }
  const problem = tarProblem(readFileSync(file));
  if (problem !== undefined) throw fail('E6101', `${file} does not hold: ${problem}.`);
  const indexText = files.get(indexPath)?.toString();
  const envelopeText = files.get(envelopePath)?.toString();
  if (indexText === undefined || envelopeText === undefined)
    throw fail('E6102', `${file} is not an evidence bundle: it has no ${indexPath} and ${envelopePath}.`);
  try {
    const index = JSON.parse(indexText) as Index;
    const envelope = JSON.parse(envelopeText) as Envelope;
    if (!Array.isArray(index.files) || !Array.isArray(envelope.signatures)) throw new Error('not of the known form');
    return { files, index, envelope, indexText };
  } catch (error) {
    throw fail('E6101', `${file}: its index or statement cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
