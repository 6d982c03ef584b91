/**
 * Captured credentials: `secrets.age`, one JSON object encrypted with age. It opens with the identity in the config
 * directory (0600, made at first use) or with CATALYST_PASSPHRASE. Environment variables win over what is stored.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fail, messageOf } from '../support/errors.js';
import type { Redactor } from '../support/redact.js';
import { makePrivateDir, writePrivateFile } from './state-dir.js';

/** Vendor variables that give a credential for one invocation. */
export const credentialVariables: Readonly<Record<string, string>> = {
  'hcloud-token': 'HCLOUD_TOKEN',
  's3-access-key': 'AWS_ACCESS_KEY_ID',
  's3-secret-key': 'AWS_SECRET_ACCESS_KEY',
  'registry-token': 'CATALYST_REGISTRY_TOKEN',
  'powerdns-api-key': 'CATALYST_POWERDNS_API_KEY',
  'dynadot-api-key': 'DYNADOT_API_KEY',
};

export interface StoredCredential {
  name: string;
  source: 'environment' | 'store';
  /** RFC 3339, of stored ones. */
  at?: string;
}

export interface CredentialStore {
  get(name: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  forget(name: string): Promise<void>;
  /** Uses this value for the rest of the invocation, before environment and store; nothing is kept. */
  offer(name: string, value: string): void;
  /** What there is, without values. */
  list(): Promise<StoredCredential[]>;
}

export interface CredentialStoreOptions {
  /** Directory of this Sovereign. */
  dir: string;
  configDir: string;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  now: () => Date;
}

type Content = Record<string, { value: string; at: string }>;

export function createCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { dir, env, redactor, now } = options;
  const path = join(dir, 'secrets.age');
  let loaded: Promise<Content> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  for (const variable of Object.values(credentialVariables)) redactor.register(env[variable]);
  redactor.register(env.CATALYST_PASSPHRASE);

  const content = () => {
    loaded ??= read(path, options).then((stored) => {
      for (const { value } of Object.values(stored)) redactor.register(value);
      return stored;
    });
    return loaded;
  };
  /** Steps keep secrets in parallel: one write at a time, and changes that meet in the queue share one. */
  const change = async (edit: (stored: Content) => void) => {
    const stored = await content();
    edit(stored);
    queued ??= writing.then(() => {
      queued = undefined;
      return write(path, stored, options);
    });
    writing = queued.catch(() => undefined);
    await queued;
  };
  const fromEnvironment = (name: string) => {
    const variable = credentialVariables[name];
    return (variable && env[variable]) || undefined;
  };
  const offered = new Map<string, string>();
  const find = async (name: string) => offered.get(name) ?? fromEnvironment(name) ?? (await content())[name]?.value;

  return {
    find,
    async get(name) {
      const value = await find(name);
      if (value !== undefined) return value;
      const variable = credentialVariables[name];
      throw fail('E1301', `The credential ${name} is missing.`, {
        actions: [`catalyst credentials set ${name}`, ...(variable ? [`or set ${variable}`] : [])],
        data: { credential: name },
      });
    },
    offer(name, value) {
      redactor.register(value);
      offered.set(name, value);
    },
    set(name, value) {
      redactor.register(value);
      return change((stored) => {
        stored[name] = { value, at: now().toISOString() };
      });
    },
    forget: (name) =>
      change((stored) => {
        delete stored[name];
      }),
    async list() {
      const stored = await content();
      const names = new Set([...Object.keys(stored), ...Object.keys(credentialVariables).filter(fromEnvironment)]);
      return [...names]
        .sort()
        .map((name) =>
          fromEnvironment(name) !== undefined
            ? { name, source: 'environment' as const }
            : { name, source: 'store' as const, at: stored[name]!.at },
        );
    },
  };
}

async function read(path: string, options: CredentialStoreOptions): Promise<Content> {
  if (!existsSync(path)) return {};
  try {
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    if (options.env.CATALYST_PASSPHRASE) decrypter.addPassphrase(options.env.CATALYST_PASSPHRASE);
    const identityPath = join(options.configDir, 'identity');
    if (existsSync(identityPath)) decrypter.addIdentity(readIdentity(identityPath));
    return JSON.parse(await decrypter.decrypt(readFileSync(path), 'text')) as Content;
  } catch (error) {
    throw fail('E1303', `${path} cannot be opened: ${messageOf(error)}.`, {
      actions: [
        'set CATALYST_PASSPHRASE to the passphrase it was made with',
        `or put the identity it was made with at ${join(options.configDir, 'identity')}`,
        `or move ${path} away and capture again: catalyst credentials set <name>`,
      ],
      cause: error,
    });
  }
}

async function write(path: string, stored: Content, options: CredentialStoreOptions): Promise<void> {
  const { Encrypter, generateIdentity, identityToRecipient } = await import('age-encryption');
  const encrypter = new Encrypter();
  if (options.env.CATALYST_PASSPHRASE) {
    encrypter.setPassphrase(options.env.CATALYST_PASSPHRASE);
    // The store is written for each generated secret; 2^16 keeps that below a second.
    encrypter.setScryptWorkFactor(16);
  } else {
    const identityPath = join(options.configDir, 'identity');
    if (!existsSync(identityPath)) {
      makePrivateDir(options.configDir);
      const made = await generateIdentity();
      writePrivateFile(identityPath, `# opens secrets.age of catalyst on this machine\n${made}\n`);
    }
    encrypter.addRecipient(await identityToRecipient(readIdentity(identityPath)));
  }
  makePrivateDir(options.dir);
  const draft = `${path}.new`;
  writePrivateFile(draft, await encrypter.encrypt(JSON.stringify(stored)));
  renameSync(draft, path);
}

function readIdentity(path: string): string {
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('AGE-SECRET-KEY-'));
  if (line === undefined) throw fail('E1303', `${path} holds no age identity.`);
  return line.trim();
}
