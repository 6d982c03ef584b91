/** Captured credentials, kept in `secrets.age` (secret-file.ts). Environment variables win over what is stored. */
import { type Clock, systemClock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';
import {
  acceptCredential,
  acceptPassphrase,
  createCredentialSources,
  credentialVariables,
  type FoundCredential,
} from './credential-input.js';
import { createSecretFile, type SealedFor, type Secrets } from './secret-file.js';

export { credentialVariables } from './credential-input.js';

export interface StoredCredential {
  name: string;
  source: 'environment' | 'store';
  /** RFC 3339, of stored ones. */
  at?: string;
}

export interface CredentialStore {
  get(name: string): Promise<string>;
  find(name: string): Promise<string | undefined>;
  /** With the place that it comes from. */
  locate(name: string): Promise<FoundCredential | undefined>;
  set(name: string, value: string): Promise<void>;
  forget(name: string): Promise<void>;
  /** Uses this value for the rest of the invocation, before all others; nothing is kept. */
  offer(name: string, value: string): void;
  /** What there is, without values. */
  list(): Promise<StoredCredential[]>;
  /** Encrypts the store for another passphrase, or for the identity of this machine. */
  rekey(sealed: SealedFor): Promise<void>;
  /** The same store, with what was just typed before all else; nothing is kept. */
  withTyped(values: Readonly<Record<string, string>>): CredentialStore;
}

export interface CredentialStoreOptions {
  /** Directory of this Sovereign. */
  dir: string;
  configDir: string;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  /** What a lab gives when nothing else does. */
  lab?: Readonly<Record<string, string>>;
  now: () => Date;
  /** For waiting until another process has written. */
  sleep?: Clock['sleep'];
}

export function createCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { dir, configDir, env, redactor, now, sleep = systemClock.sleep } = options;
  const passphrase = acceptPassphrase(env.CATALYST_PASSPHRASE, 'CATALYST_PASSPHRASE');
  redactor.register(passphrase);
  const file = createSecretFile({
    ...{ dir, configDir, passphrase, clock: { now, sleep } },
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
  const stored = async (name: string) => (await file.read())[name]?.value;
  const sources = createCredentialSources({ env, stored, lab: options.lab, redactor });
  const find = async (name: string) => (await sources.locate(name))?.value;

  const store: CredentialStore = {
    find,
    locate: sources.locate,
    withTyped(values) {
      const typed = createCredentialSources({ env: {}, stored: async () => undefined, redactor });
      for (const [name, value] of Object.entries(values)) typed.offer(name, value);
      const locate = async (name: string) => (await typed.locate(name)) ?? sources.locate(name);
      const found = async (name: string) => (await locate(name))?.value;
      return { ...store, locate, find: found, get: async (name) => (await found(name)) ?? store.get(name) };
    },
    async get(name) {
      const value = await find(name);
      if (value !== undefined) return value;
      const variable = credentialVariables[name];
      throw fail('E1301', `The credential ${name} is missing.`, {
        actions: [command('credentials set', name), ...(variable ? [`or set ${variable}`] : [])],
        data: { credential: name },
      });
    },
    offer: sources.offer,
    async set(name, raw) {
      const value = acceptCredential(name, raw, 'what was given');
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
      const given = new Set(sources.inEnvironment());
      const names = new Set([...Object.keys(stored), ...given]);
      return [...names]
        .sort()
        .map((name) =>
          given.has(name)
            ? { name, source: 'environment' as const }
            : { name, source: 'store' as const, at: stored[name]!.at },
        );
    },
    async rekey(sealed) {
      await writing;
      await file.reseal(sealed);
    },
  };
  return store;
}
