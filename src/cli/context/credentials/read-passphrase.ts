/** A new passphrase from a pipe, a file or a hidden question, which is asked twice: a mistyped one would lock everything away. */
import type { Prompter } from '../../../actions/session/context.js';
import { acceptPassphrase } from '../../../sovereign/credentials/credential-input.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import { readSecret } from './read-secret.js';

/** Throws E1002 naming the flag without a terminal, E1001 when the two answers differ. */
export async function readNewPassphrase(options: {
  file?: string;
  prompter: Prompter;
  stdin: NodeJS.ReadStream;
  signal: AbortSignal;
}): Promise<string> {
  const { file, prompter, stdin } = options;
  const rekey = (file?: string) => command('credentials rekey', { to: 'passphrase', 'passphrase-file': file });
  if (file !== undefined || !prompter.available || !stdin.isTTY) {
    const flag = '--passphrase-file';
    const raw = await readSecret('the new passphrase', { ...options, command: rekey, flag });
    return acceptPassphrase(raw, flag) ?? '';
  }
  const first = await prompter.secret({ message: 'new passphrase (hidden):' });
  const second = await prompter.secret({ message: 'repeat the passphrase (hidden):' });
  if (first === second) return first;
  throw fail('E1001', 'The two entries differ; nothing was changed.', { actions: [rekey()] });
}
