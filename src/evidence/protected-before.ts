/** The fingerprint of the protected set before the first change on the mother, kept with the state of this Sovereign. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from '../mother/fingerprint.js';
import { fail, messageOf } from '../support/errors.js';

const fileOf = (stateDir: string) => join(stateDir, 'evidence', 'protected-before.json');

/** Undefined when none was taken, or one by an earlier version, which knew fewer kinds. */
export function fingerprintBefore(stateDir: string): Fingerprint | undefined {
  const file = fileOf(stateDir);
  if (!existsSync(file)) return undefined;
  const print = JSON.parse(readFileSync(file, 'utf8')) as Fingerprint;
  return print.version === 2 ? print : undefined;
}

/** Keeps the first one, and returns the first ever after. */
export function keepFingerprint(stateDir: string, print: Fingerprint): Fingerprint {
  const kept = fingerprintBefore(stateDir);
  if (kept) return kept;
  try {
    mkdirSync(join(stateDir, 'evidence'), { recursive: true, mode: 0o700 });
    writeFileSync(fileOf(stateDir), `${JSON.stringify(print)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The fingerprint of the protected set cannot be kept: ${messageOf(error)}.`, { cause: error });
  }
  return print;
}
