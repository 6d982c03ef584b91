/** A secret from a pipe, a file or a hidden question; never from argv. */
import { readFileSync } from 'node:fs';
import type { Prompter } from '../../../actions/session/context.js';
import { command } from '../../../support/commands/command.js';
import { fail, messageOf } from '../../../support/errors/errors.js';

export async function readSecret(
  name: string,
  options: {
    file?: string;
    prompter: Prompter;
    stdin: NodeJS.ReadStream;
    signal: AbortSignal;
    /** The command to type again, which reads `file` if one is given. */
    command?: (file?: string) => string;
    flag?: string;
  },
): Promise<string> {
  const { file, prompter, stdin, signal, flag = '--from-file' } = options;
  const again = options.command ?? ((from?: string) => command('credentials set', name, { 'from-file': from }));
  if (file !== undefined && file !== '-') {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw fail('E1001', `${file} cannot be read: ${messageOf(error)}.`, {
        actions: [again()],
        cause: error,
      });
    }
  }
  if (file === '-' || !stdin.isTTY) {
    const text = await piped(stdin, signal);
    if (text.trim() !== '') return text;
  } else if (prompter.available) {
    return prompter.secret({ message: `${name} (hidden):` });
  }
  throw fail('E1002', `A value for ${name} is required, and there is no terminal to prompt on.`, {
    actions: [again('FILE'), `or pipe it: … | ${again()}`],
    data: { flag },
  });
}

async function piped(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  let text = '';
  // A pipe that nobody writes to must not outlast ^C.
  const stop = () => stdin.destroy(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  stdin.setEncoding('utf8');
  for await (const part of stdin) text += part;
  return text;
}
