/** Captured credentials, kept in `secrets.age` (secret-file.ts). Environment variables win over what is stored. */
import { type Clock, systemClock } from '../support/clock.js';
import { fail } from '../support/errors.js';
import type { Redactor } from '../support/redact.js';
import { createSecretFile, type SealedFor, type Secrets } from './secret-file.js';

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
  /** Encrypts the store for another passphrase, or for the identity of this machine. */
  rekey(sealed: SealedFor): Promise<void>;
}

export interface CredentialStoreOptions {
  /** Directory of this Sovereign. */
  dir: string;
  configDir: string;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  now: () => Date;
  /** For waiting until another process has written. */
  sleep?: Clock['sleep'];
}

export function createCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { dir, configDir, env, redactor, now, sleep = systemClock.sleep } = options;
  for (const variable of Object.values(credentialVariables)) redactor.register(env[variable]);
  redactor.register(env.CATALYST_PASSPHRASE);
  const file = createSecretFile({
    ...{ dir, configDir, passphrase: env.CATALYST_PASSPHRASE || undefined, clock: { now, sleep } },
    onRead: (secrets) => {
      for (const { value } of Object.values(secrets)) redactor.register(value);
    },
  });
  let writing: Promise<void> = Promise.resolve();
  let queued: { edits: ((secrets: Secrets) => void)[]; written: Promise<void> } | undefined;
  /** Steps keep secrets in parallel: one write at a time, and changes that meet in the queue share one. */
  const change = (edit: (secrets: Secrets) => void): Promise<void> => {
    if (queued) {
      queued.edits.push(edit);
      return queued.written;
    }
    const edits = [edit];
    const written = writing.then(() => {
      queued = undefined;
      return file.change((secrets) => {
        for (const one of edits) one(secrets);
      });
    });
    queued = { edits, written };
    writing = written.catch(() => undefined);
    return written;
  };
  const fromEnvironment = (name: string) => {
    const variable = credentialVariables[name];
    return (variable && env[variable]) || undefined;
  };
  const offered = new Map<string, string>();
  const find = async (name: string) => offered.get(name) ?? fromEnvironment(name) ?? (await file.read())[name]?.value;

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
      const stored = await file.read();
      const names = new Set([...Object.keys(stored), ...Object.keys(credentialVariables).filter(fromEnvironment)]);
      return [...names]
        .sort()
        .map((name) =>
          fromEnvironment(name) !== undefined
            ? { name, source: 'environment' as const }
            : { name, source: 'store' as const, at: stored[name]!.at },
        );
    },
    async rekey(sealed) {
      await writing;
      await file.reseal(sealed);
    },
  };
}
