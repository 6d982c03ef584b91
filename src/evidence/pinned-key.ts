/**
 * With which key evidence of a Sovereign is checked on this machine: one that was given, its own, or one that a person has pinned for
 * that FQDN. A key that lies beside a bundle is none of these: who forges the one forges the other.
 */
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateDir, replacePrivateFile } from '../sovereign/state/state-dir.js';
import { command } from '../support/commands/command.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { readRegularFile } from '../support/files/read-regular-file.js';
import { keyIdOf } from './signing.js';

export interface EvidenceKey {
  /** SPKI PEM. */
  publicKey: string;
  keyId: string;
  /** Where it is from, for a person. */
  origin: string;
}

export interface KnownKeys {
  /** `<config>/catalyst`. */
  configDir: string;
  /** The public key by which this machine signs evidence of that Sovereign; undefined where it has none. */
  ownKeyOf(fqdn: string): Promise<string | undefined>;
}

const pinFile = (configDir: string, fqdn: string) => join(configDir, 'evidence-keys', `${fqdn}.pub`);
/** Of a FQDN that a file claims, nothing else names a file. */
const isName = (fqdn: string) => /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(fqdn) && !fqdn.includes('..');

/**
 * Throws E6112 where no key is known, E6102 or E6110 for a file that is none.
 * @param given path of --key
 */
export async function evidenceKey(
  known: KnownKeys,
  fqdn: string,
  bundle: string,
  given?: string,
): Promise<EvidenceKey> {
  const pinned = isName(fqdn) ? await knownKey(known, fqdn) : undefined;
  if (given === undefined) {
    if (pinned) return pinned;
    throw fail(
      'E6112',
      `${bundle} is about ${fqdn}, and this machine has no key of that Sovereign: nothing was checked.`,
      {
        actions: [
          'ask the people who run that Sovereign for its public key; a key in the same folder as the bundle proves nothing',
          command('verify evidence', bundle, { key: 'FILE', pin: true }),
        ],
      },
    );
  }
  const key = readKey(given);
  const at =
    dirname(given) === dirname(bundle)
      ? ', which is in the same folder as the bundle: compare its id with one from another source'
      : '';
  return { ...key, origin: `${given}${at}${comparedWith(key.keyId, pinned, fqdn)}` };
}

function comparedWith(keyId: string, pinned: EvidenceKey | undefined, fqdn: string): string {
  if (!pinned) return '';
  return pinned.keyId === keyId
    ? `; it is ${pinned.origin}`
    : `; NOT ${pinned.origin} (${pinned.keyId}): one of the two is not the key of ${fqdn}`;
}

async function knownKey({ configDir, ownKeyOf }: KnownKeys, fqdn: string): Promise<EvidenceKey | undefined> {
  const own = await ownKeyOf(fqdn);
  if (own !== undefined)
    return { ...described(own), origin: `the key with which this machine signs evidence of ${fqdn}` };
  const file = pinFile(configDir, fqdn);
  return existsSync(file) ? { ...readKey(file), origin: `the key pinned for ${fqdn} in ${file}` } : undefined;
}

/** From here on evidence of that Sovereign is checked with `key` where none is given. Throws E1201. */
export function pinKey(configDir: string, fqdn: string, { publicKey }: EvidenceKey): string {
  const file = pinFile(configDir, fqdn);
  makePrivateDir(dirname(file));
  replacePrivateFile(file, publicKey);
  return file;
}

const described = (publicKey: string) => ({ publicKey, keyId: keyIdOf(createPublicKey(publicKey)) });

function readKey(file: string): Omit<EvidenceKey, 'origin'> {
  if (!existsSync(file))
    throw fail('E6102', `There is no file ${file}.`, {
      actions: ['check the path', `the newest evidence of a Sovereign: ${command('evidence show')}`],
    });
  try {
    return described(readRegularFile(file, { maxBytes: 64 * 1024 }).toString());
  } catch (error) {
    throw fail('E6110', `${file} is not a public key: ${messageOf(error)}.`, { cause: error });
  }
}
