/**
 * The one way in for credentials that a person gives, wherever they come from: what a check is made with, what is kept and what is
 * written into the Sovereign's Secrets are the same bytes. And the one order in which the places count.
 */
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';

/** Vendor variables that give a credential for one invocation. */
export const credentialVariables: Readonly<Record<string, string>> = {
  'hcloud-token': 'HCLOUD_TOKEN',
  's3-access-key': 'AWS_ACCESS_KEY_ID',
  's3-secret-key': 'AWS_SECRET_ACCESS_KEY',
  'registry-token': 'CATALYST_REGISTRY_TOKEN',
  'powerdns-api-key': 'CATALYST_POWERDNS_API_KEY',
  'dynadot-api-key': 'DYNADOT_API_KEY',
  'alert-webhook': 'CATALYST_ALERT_WEBHOOK',
};

/** All variables whose value is secret. */
export const secretVariables: readonly string[] = [...Object.values(credentialVariables), 'CATALYST_PASSPHRASE'];

/** First that has a value wins: asked for or piped in this invocation, the environment, `secrets.age`, the lab. */
export type CredentialSource = 'asked' | 'environment' | 'store' | 'lab';

export interface FoundCredential {
  value: string;
  source: CredentialSource;
}

export interface CredentialSources {
  /** Counts before all else for the rest of the invocation; nothing is kept. */
  offer(name: string, value: string): void;
  locate(name: string): Promise<FoundCredential | undefined>;
  /** Names that the environment gives. */
  inEnvironment(): string[];
}

export function createCredentialSources(options: {
  env: Readonly<Record<string, string | undefined>>;
  stored: (name: string) => Promise<string | undefined>;
  lab?: Readonly<Record<string, string>>;
  redactor: Redactor;
}): CredentialSources {
  const { env, stored, lab = {}, redactor } = options;
  const typed = new Map<string, string>();
  for (const value of [...secretVariables.map((variable) => env[variable]), ...Object.values(lab)])
    redactor.register(value);
  const accept = (name: string, raw: string | undefined, from: string): string | undefined => {
    if (raw === undefined || raw === '') return undefined;
    const value = acceptCredential(name, raw, from);
    redactor.register(value);
    return value;
  };
  const environment = (name: string) => {
    const variable = credentialVariables[name];
    return variable === undefined ? undefined : accept(name, env[variable], variable);
  };
  return {
    offer(name, raw) {
      const value = acceptCredential(name, raw, 'what was given');
      redactor.register(value);
      typed.set(name, value);
    },
    async locate(name) {
      const places: [CredentialSource, () => string | undefined | Promise<string | undefined>][] = [
        ['asked', () => typed.get(name)],
        ['environment', () => environment(name)],
        // an older version kept what it was given as it was
        ['store', async () => accept(name, await stored(name), 'the store')],
        ['lab', () => lab[name]],
      ];
      for (const [source, look] of places) {
        const value = await look();
        if (value !== undefined) return { value, source };
      }
      return undefined;
    },
    inEnvironment: () => Object.keys(credentialVariables).filter((name) => env[credentialVariables[name] ?? '']),
  };
}

/**
 * What was meant: without a byte order mark, line ends and blanks around it. Throws E1304 for what cannot be meant: nothing,
 * quotes around it, blanks or control characters in it. Credentials that catalyst makes itself are as they are.
 *
 * @param from a variable or place, for the message
 */
export function acceptCredential(name: string, raw: string, from: string): string {
  const given = credentialVariables[name] !== undefined;
  if (!given && name !== 'ssh-private-key') return raw;
  const value = raw.replace(/^\uFEFF/, '').trim();
  if (!given && value !== '') return `${value.replaceAll('\r\n', '\n')}\n`;
  const problem = problemOf(value);
  if (problem === undefined) return value;
  const variable = credentialVariables[name];
  throw fail('E1304', `The value for ${name} (${from}) ${problem}; it is not used.`, {
    actions: [
      ...(variable === from ? [`set ${variable} to the credential alone`] : []),
      command('credentials set', name),
    ],
    data: { credential: name },
  });
}

/**
 * A passphrase as it was meant: without a byte order mark and the line end of its file; blanks count. Undefined for none. Throws
 * E1304 when that leaves nothing, or when control characters stand in it.
 *
 * @param from a variable or flag, for the message
 */
export function acceptPassphrase(raw: string | undefined, from: string): string | undefined {
  if (raw === undefined || raw === '') return undefined;
  const value = raw.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
  const problem = value === '' ? 'is empty' : /\p{Cc}/u.test(value) ? 'contains control characters' : undefined;
  if (problem === undefined) return value;
  throw fail('E1304', `The passphrase (${from}) ${problem}; it is not used.`, {
    actions: [`give ${from} the passphrase alone, in one line`],
    data: { from },
  });
}

function problemOf(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (/^(["'`]).*\1$/s.test(value)) return 'is in quotes';
  if (/\s/.test(value)) return 'is not one word';
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'contains characters that no credential has';
}
