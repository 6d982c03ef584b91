/** A secret from a pipe, a file or a hidden question; never from argv. */
import { readFileSync } from 'node:fs';
import type { Prompter } from '../../actions/session/context.js';
import { fail, messageOf } from '../../support/errors/errors.js';

export async function readSecret(
  name: string,
  options: {
    file?: string;
    prompter: Prompter;
    stdin: NodeJS.ReadStream;
    signal: AbortSignal;
    command?: string;
    flag?: string;
  },
): Promise<string> {
  const { file, prompter, stdin, signal, flag = '--from-file' } = options;
  if (file !== undefined && file !== '-') {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw fail('E1001', `${file} cannot be read: ${messageOf(error)}.`, {
        actions: [`${options.command ?? `catalyst credentials set ${name}`} ${flag} FILE`],
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
  const command = options.command ?? `catalyst credentials set ${name}`;
  throw fail('E1002', `A value for ${name} is required, and there is no terminal to prompt on.`, {
    actions: [`${command} ${flag} FILE`, `or pipe it: … | ${command}`],
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
