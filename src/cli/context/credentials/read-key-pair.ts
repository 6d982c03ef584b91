/** A pair of Object Storage keys from two hidden questions, or two lines of a pipe or file; never from argv. */
import type { KeyPair } from '../../../actions/credentials/rotate.js';
import { acceptCredential } from '../../../sovereign/credentials/credential-input.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { Redactor } from '../../../support/redact/redact.js';
import { readSecret } from './read-secret.js';

const rotate = (file?: string) => command('credentials rotate', 'object-storage', { 'from-file': file });

type Options = Parameters<typeof readSecret>[1] & { redactor: Redactor };

export async function readKeyPair(options: Options): Promise<KeyPair> {
  const ask = options.file === undefined && options.stdin.isTTY && options.prompter.available;
  const lines = ask
    ? [await readSecret('s3-access-key', options), await readSecret('s3-secret-key', options)]
    : (await readSecret('the Object Storage keys', { ...options, command: rotate }))
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '');
  for (const line of lines) options.redactor.register(line.trim());
  const [accessKey, secretKey, more] = lines;
  if (accessKey === undefined || secretKey === undefined || more !== undefined) {
    throw fail('E1302', 'Two lines are needed: the access key and the secret key; nothing was changed.', {
      actions: [rotate('FILE')],
    });
  }
  return {
    accessKey: acceptCredential('s3-access-key', accessKey, 'the first line'),
    secretKey: acceptCredential('s3-secret-key', secretKey, 'the second line'),
  };
}
