/** The fingerprint of the protected set before the first change on the mother, kept with the state of this Sovereign. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fingerprint, takeFingerprint } from '../mother/fingerprint.js';
import type { World } from '../phases/world.js';
import { fail, messageOf } from '../support/errors.js';

const fileOf = (stateDir: string) => join(stateDir, 'evidence', 'protected-before.json');

export function fingerprintBefore(stateDir: string): Fingerprint | undefined {
  const file = fileOf(stateDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Fingerprint) : undefined;
}

/** Takes it the first time, and answers the first ever after. Throws E5002 when the mother cannot be read. */
export async function keepFingerprint(world: World): Promise<Fingerprint> {
  const kept = fingerprintBefore(world.stateDir);
  if (kept) return kept;
  const print = await takeFingerprint(world);
  try {
    mkdirSync(join(world.stateDir, 'evidence'), { recursive: true, mode: 0o700 });
    writeFileSync(fileOf(world.stateDir), `${JSON.stringify(print)}\n`, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The fingerprint of the protected set cannot be kept: ${messageOf(error)}.`, { cause: error });
  }
  return print;
}
