/** Lists, keeps and forgets captured credentials; values are never shown. */
import {
  type CredentialStore,
  credentialVariables,
  type StoredCredential,
} from '../../sovereign/credentials/credential-store.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { nearest } from '../../support/nearest.js';

export interface CredentialRow extends StoredCredential {
  /** Always masked. */
  value: '••••••';
  /** Variable that gives it for one invocation. */
  variable?: string;
}

/** Those a person may give; what catalyst makes itself is kept beside them. */
export const givenCredentials: readonly string[] = [...Object.keys(credentialVariables), 'ssh-private-key'];

export async function listCredentials(
  store: CredentialStore,
  lab?: Readonly<Record<string, string>>,
): Promise<{ credentials: (Omit<CredentialRow, 'source'> & { source: string })[]; missing: string[] }> {
  const stored = await store.list();
  const known = new Set(stored.map(({ name }) => name));
  const fromLab = Object.keys(lab ?? {}).filter((name) => !known.has(name) && givenCredentials.includes(name));
  const rows = [...stored, ...fromLab.map((name) => ({ name, source: 'lab' }))].map((row) => {
    const variable = credentialVariables[row.name];
    return { ...row, value: '••••••' as const, ...(variable ? { variable } : {}) };
  });
  const needed = ['hcloud-token', 's3-access-key', 's3-secret-key'];
  return { credentials: rows, missing: needed.filter((name) => !rows.some((row) => row.name === name)) };
}

/** Throws E1001 for a name that nobody asks for. */
export function requireCredentialName(name: string): string {
  if (givenCredentials.includes(name)) return name;
  const near = nearest(name, givenCredentials);
  throw fail('E1001', `There is no credential "${name}"; known: ${givenCredentials.join(', ')}.`, {
    actions: near ? [command('credentials set', near)] : [command('credentials list')],
  });
}
