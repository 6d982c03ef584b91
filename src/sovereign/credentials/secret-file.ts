/**
 * `secrets.age`: one JSON object encrypted with age, for the identity in the config directory (0600, made at first use) or for
 * CATALYST_PASSPHRASE. It stays encrypted for whichever of the two opens it, until `credentials rekey`. Every change reads the file
 * again under a lock of its own, so that processes do not undo each other's.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type ExclusiveFile, openExclusively } from '../../support/files/exclusive-file.js';
import { type Observation, waitUntil } from '../../support/wait.js';
import { createPrivateFile, makePrivateDir, replacePrivateFile } from '../state/state-dir.js';

export type Secrets = Record<string, { value: string; at: string }>;

/** What the file is encrypted for. */
export type SealedFor = { passphrase: string } | 'identity';

export interface SecretFileOptions {
  /** Directory of this Sovereign. */
  dir: string;
  configDir: string;
  passphrase?: string;
  clock: Clock;
  /** Receives everything that was read, before anybody uses it. */
  onRead: (secrets: Secrets) => void;
}

export interface SecretFile {
  read(): Promise<Secrets>;
  /** Reads the newest, applies `edit` and writes it, while no other process can. Throws E1303, E1305, E1201. */
  change(edit: (secrets: Secrets) => void): Promise<void>;
  /** Encrypts the whole file for something else. */
  reseal(sealed: SealedFor): Promise<void>;
}

const lockMs = 30_000;

export function createSecretFile(options: SecretFileOptions): SecretFile {
  const { dir, configDir, passphrase, clock, onRead } = options;
  const path = join(dir, 'secrets.age');
  const identityPath = join(configDir, 'identity');
  let loaded: { stamp: string; secrets: Promise<Secrets> } | undefined;

  const load = async (): Promise<Secrets> => {
    if (!existsSync(path)) return {};
    const secrets = await decrypt(path, passphrase, identityPath);
    onRead(secrets);
    return secrets;
  };
  /** Opening it is slow with a passphrase; a file that nobody replaced is not opened twice. */
  const newest = () => {
    const stamp = stampOf(path);
    if (loaded?.stamp !== stamp) loaded = { stamp, secrets: load() };
    return loaded.secrets;
  };
  const write = async (secrets: Secrets, sealed: SealedFor) => {
    const bytes = await encrypt(secrets, sealed, identityPath);
    makePrivateDir(dir);
    replacePrivateFile(path, bytes);
    loaded = { stamp: stampOf(path), secrets: Promise.resolve(secrets) };
  };
  const alone = async (work: () => Promise<void>) => {
    makePrivateDir(dir);
    const lock = await waitUntil({
      ...{ reason: `${path} while another process writes it`, timeoutMs: lockMs, clock, pauseMs: 10, maxPauseMs: 200 },
      signal: new AbortController().signal,
      look: async (): Promise<Observation<ExclusiveFile>> => {
        const file = openExclusively(join(dir, 'secrets.lock'));
        return file ? { done: file } : { pending: 'it is locked' };
      },
    });
    try {
      await work();
    } finally {
      lock.close();
    }
  };

  return {
    read: () => (loaded ? loaded.secrets : newest()),
    change: (edit) =>
      alone(async () => {
        const secrets = structuredClone(await newest());
        edit(secrets);
        await write(secrets, sealedFor(path, passphrase));
      }),
    reseal: (sealed) => alone(async () => write(await newest(), sealed)),
  };
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : '';
}

const madeForPassphrase = (path: string) =>
  readFileSync(path).subarray(0, 200).toString('latin1').includes('\n-> scrypt ');

function sealedFor(path: string, passphrase: string | undefined): SealedFor {
  const byPassphrase = existsSync(path) ? madeForPassphrase(path) : Boolean(passphrase);
  return byPassphrase && passphrase ? { passphrase } : 'identity';
}

async function decrypt(path: string, passphrase: string | undefined, identityPath: string): Promise<Secrets> {
  if (passphrase && !madeForPassphrase(path)) {
    throw fail('E1305', `CATALYST_PASSPHRASE is set, but ${path} is encrypted for the identity ${identityPath}.`, {
      actions: ['unset CATALYST_PASSPHRASE', `or encrypt it for a passphrase: ${command('credentials rekey')}`],
    });
  }
  try {
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    if (passphrase) decrypter.addPassphrase(passphrase);
    else if (existsSync(identityPath)) decrypter.addIdentity(readIdentity(identityPath));
    return JSON.parse(await decrypter.decrypt(readFileSync(path), 'text')) as Secrets;
  } catch (error) {
    throw fail('E1303', `${path} cannot be opened: ${messageOf(error)}.`, {
      actions: [
        'set CATALYST_PASSPHRASE to the passphrase it was made with',
        `or put the identity it was made with at ${identityPath}`,
        `or move ${path} away and set again what is then missing: ${command('credentials list')}`,
      ],
      cause: error,
    });
  }
}

async function encrypt(secrets: Secrets, sealed: SealedFor, identityPath: string): Promise<Uint8Array> {
  const { Encrypter, generateIdentity, identityToRecipient } = await import('age-encryption');
  const encrypter = new Encrypter();
  if (sealed === 'identity') {
    if (!existsSync(identityPath)) {
      const made = await generateIdentity();
      createPrivateFile(identityPath, `# opens secrets.age of catalyst on this machine\n${made}\n`);
    }
    encrypter.addRecipient(await identityToRecipient(readIdentity(identityPath)));
  } else {
    encrypter.setPassphrase(sealed.passphrase);
    // The store is written for each generated secret; 2^16 keeps that below a second.
    encrypter.setScryptWorkFactor(16);
  }
  return encrypter.encrypt(JSON.stringify(secrets));
}

function readIdentity(path: string): string {
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('AGE-SECRET-KEY-'));
  if (line === undefined) throw fail('E1303', `${path} contains no age identity.`);
  return line.trim();
}
