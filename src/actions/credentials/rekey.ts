/** Encrypts the credential store for something else. Nothing else ever does. */
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import type { SealedFor } from '../../sovereign/credentials/secret-file.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Context } from '../session/context.js';

export interface Rekeyed {
  sealedFor: 'passphrase' | 'identity';
  /** How many secrets are in it. */
  secrets: number;
  done: boolean;
}

const leastLength = 12;

/** Throws E1001 for a passphrase that is too short, E1303 or E1305 when the store does not open as it is, E1202 while a run works. */
export async function rekeyCredentials(context: Context, store: CredentialStore, sealed: SealedFor): Promise<Rekeyed> {
  if (sealed !== 'identity' && sealed.passphrase.length < leastLength) {
    throw fail('E1001', `The passphrase is shorter than ${leastLength} characters; nothing was changed.`, {
      actions: [command('credentials rekey', { to: 'passphrase' })],
    });
  }
  const secrets = (await store.list()).filter(({ source }) => source === 'store').length;
  const sealedFor = sealed === 'identity' ? 'identity' : 'passphrase';
  if (context.options.dryRun) return { sealedFor, secrets, done: false };
  const journal = await context.journal();
  await store.rekey(sealed);
  journal.append({ kind: 'note', inputs: { message: `the credential store was encrypted for the ${sealedFor}` } });
  return { sealedFor, secrets, done: true };
}
