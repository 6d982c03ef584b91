/** Where the evidence of a Sovereign lies: its bundles, and the public key that they are signed with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, messageOf } from '../support/errors/errors.js';
import type { Signer } from './signing.js';

export const evidenceFolder = (stateDir: string) => join(stateDir, 'evidence');

/** `dod-2026-11-30T20-00-00-000Z-pass`: by this the chain knows what it is of, when it was taken, and its verdict. */
export const bundleStem = (kind: string, at: string, verdict: string) =>
  `${kind}-${at.replaceAll(/[:.]/g, '-')}-${verdict.toLowerCase()}`;

/** Makes the folder and keeps the key in it. Throws E1201. */
export function openEvidenceFolder(
  stateDir: string,
  { publicKey }: Pick<Signer, 'publicKey'>,
): { folder: string; key: string } {
  const folder = evidenceFolder(stateDir);
  const key = join(folder, 'evidence.pub');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(key, publicKey, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The evidence cannot be written to ${folder}: ${messageOf(error)}.`, { cause: error });
  }
  return { folder, key };
}
