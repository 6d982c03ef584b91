/**
 * The fingerprint of the protected set before the first change on the mother, kept with the state of this Sovereign, and what was found
 * to differ from it. It stays what it is until a person accepts the differences.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { Difference } from './difference.js';
import type { Fingerprint } from './fingerprint.js';

const fileOf = (stateDir: string) => join(stateDir, 'evidence', 'protected-before.json');
const foundFileOf = (stateDir: string) => join(stateDir, 'evidence', 'protected-differs.json');

/** What a person types who accepts the differences. */
export const acceptCommand = (fqdn: string) => command('verify protected', { accept: true, confirm: fqdn });

/** `1 difference`, `3 differences`. */
export const differencesText = ({ length }: readonly Difference[]) =>
  `${length} ${length === 1 ? 'difference' : 'differences'}`;

/** What differed from the kept fingerprint when it was last compared. */
export interface FoundDifferences {
  at: string;
  differences: Difference[];
}

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
  write(stateDir, fileOf(stateDir), print);
  return print;
}

/** From here on `print` is what counts; it carries what of the one before was accepted. */
export function acceptFingerprint(stateDir: string, print: Fingerprint): void {
  write(stateDir, fileOf(stateDir), print);
  noteDifferences(stateDir, undefined);
}

/** Undefined when the last comparison found none. */
export function foundDifferences(stateDir: string): FoundDifferences | undefined {
  const file = foundFileOf(stateDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FoundDifferences) : undefined;
}

/** Keeps what a comparison found, for the commands after it; undefined when it found nothing. */
export function noteDifferences(stateDir: string, found: FoundDifferences | undefined): void {
  if (found) write(stateDir, foundFileOf(stateDir), found);
  else rmSync(foundFileOf(stateDir), { force: true });
}

function write(stateDir: string, file: string, value: object): void {
  try {
    mkdirSync(join(stateDir, 'evidence'), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The state of the protected set cannot be stored: ${messageOf(error)}.`, { cause: error });
  }
}
