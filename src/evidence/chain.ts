/** Verdicts and rounds on one Sovereign are a chain: each bundle names the digest of the one before it, so that none can be left out unseen. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../support/files/read-regular-file.js';
import { sha256 } from '../support/hash.js';
import { intactStatement, type Predicate, type Previous, readBundle } from './bundle.js';

/** As large as a bundle may be. */
const maxBytes = 64 * 2 ** 20;
/** `dod-2026-11-30T20-00-00-000Z-pass.tar`: what it is of, when, verdict. */
const named = /^[a-z]+-(\d{4}-\d\d-\d\dT[\d-]+Z)-[a-z]+\.tar$/;

/** Names of the bundles in `folder`, the oldest first. */
export function bundlesIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => named.test(name)).sort((a, b) => (named.exec(a)![1]! < named.exec(b)![1]! ? -1 : 1));
}

/** The newest bundle in `folder`; undefined before the first. */
export function newestIn(folder: string): Previous | undefined {
  const bundle = bundlesIn(folder).at(-1);
  return bundle === undefined ? undefined : { bundle, sha256: digestOf(join(folder, bundle)) };
}

/** How the bundle that `file` names as the one before it is beside it: whole, missing, or another. */
export function lookAtPrevious(file: string, { bundle, sha256: digest }: Previous): 'whole' | 'missing' | 'other' {
  // A name from a file leads nowhere else.
  const path = join(dirname(file), bundle);
  if (!named.test(bundle) || !existsSync(path)) return 'missing';
  try {
    return digestOf(path) === digest ? 'whole' : 'other';
  } catch {
    // a folder, a link to a device, a file that is too large
    return 'other';
  }
}

const digestOf = (path: string): string => sha256(readRegularFile(path, { maxBytes }));

/**
 * The newest bundle in `folders` about the same Sovereign and older than that one, by the same key; a file that is none, or that another key
 * has signed, counts for nothing.
 */
export async function earlierThan(
  { fqdn, at }: Pick<Predicate, 'fqdn' | 'at'>,
  publicKey: string,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of new Set(folders))
    for (const name of bundlesIn(folder).toReversed()) {
      const opened = await readBundle(join(folder, name)).catch(() => undefined);
      const statement = opened && intactStatement(opened, publicKey);
      if (statement === undefined || typeof statement === 'string') continue;
      const { predicate } = statement;
      if (predicate.fqdn === fqdn && Date.parse(predicate.at) < Date.parse(at)) return name;
    }
  return undefined;
}
