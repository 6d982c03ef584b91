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
import type { OpenBundle, Statement } from './bundle.js';
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
  /** Whether this machine has a lab of that name. Default: none. */
  hasLab?(name: string): boolean;
}

/** Whose evidence it is. A lab's Sovereign has the name of a real one, and says nothing about that. */
export interface Claim {
  fqdn: string;
  lab: boolean;
  /** Of the lab, where it can be one. */
  labName?: string;
}

const pinFile = (configDir: string, { fqdn, lab }: Claim) =>
  join(configDir, 'evidence-keys', `${fqdn}${lab ? '.lab' : ''}.pub`);

/** For a person: the FQDN, and that it is in a lab. */
export const claimText = ({ fqdn, lab }: Claim): string => (lab ? `${fqdn} in a lab` : fqdn);
/** Of a FQDN that a file claims, nothing else names a file. */
const isName = (fqdn: string) => /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(fqdn) && !fqdn.includes('..');

/**
 * Throws E6112 where no key is known, E6102 or E6110 for a file that is none.
 * @param given path of --key
 */
export async function evidenceKey(
  known: KnownKeys,
  claim: Claim,
  bundle: string,
  given?: string,
): Promise<EvidenceKey> {
  const pinned = isName(claim.fqdn) ? await knownKey(known, claim) : undefined;
  if (given === undefined) {
    if (pinned) return pinned;
    throw fail(
      'E6112',
      `${bundle} is about ${claimText(claim)}, and this machine has no key of that Sovereign: nothing was checked.`,
      {
        actions: [
          ...labActions(known, claim, bundle),
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
  return { ...key, origin: `${given}${at}${comparedWith(key.keyId, pinned, claimText(claim))}` };
}

/** The state of a lab has the key, and is found by the name of the lab alone. */
const labActions = ({ hasLab }: KnownKeys, { labName }: Claim, bundle: string): string[] =>
  labName !== undefined && hasLab?.(labName) ? [command('verify evidence', bundle, { lab: labName })] : [];

function comparedWith(keyId: string, pinned: EvidenceKey | undefined, whose: string): string {
  if (!pinned) return '';
  return pinned.keyId === keyId
    ? `; it is ${pinned.origin}`
    : `; NOT ${pinned.origin} (${pinned.keyId}): one of the two is not the key of ${whose}`;
}

async function knownKey({ configDir, ownKeyOf }: KnownKeys, claim: Claim): Promise<EvidenceKey | undefined> {
  const own = await ownKeyOf(claim.fqdn);
  if (own !== undefined)
    return { ...described(own), origin: `the key with which this machine signs evidence of ${claim.fqdn}` };
  const file = pinFile(configDir, claim);
  return existsSync(file)
    ? { ...readKey(file), origin: `the key pinned for ${claimText(claim)} in ${file}` }
    : undefined;
}

/** From here on evidence of that Sovereign is checked with `key` where none is given. Throws E1201. */
export function pinKey(configDir: string, claim: Claim, { publicKey }: EvidenceKey): string {
  const file = pinFile(configDir, claim);
  makePrivateDir(dirname(file));
  replacePrivateFile(file, publicKey);
  return file;
}

/** As the bundle says itself, for choosing the key; whether that is so, the signature shows. Throws E6110. */
export function claimOf(file: string, { envelope }: OpenBundle): Claim {
  try {
    const { predicate } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Statement;
    const { fqdn, lab, world } = predicate;
    // nobody has signed it yet: a name that is none would stand in a command that is pasted
    const named = world?.kind === 'lab' && typeof world.name === 'string' && isName(world.name);
    return { fqdn: String(fqdn), lab: lab === true, ...(named ? { labName: world.name } : {}) };
  } catch {
    throw fail('E6110', `${file} is not a complete evidence bundle: its statement has an unknown format.`);
  }
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
