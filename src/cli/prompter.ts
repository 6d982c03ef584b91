/** Questions on a terminal, on stderr; esc throws GoBack. The only room that knows @inquirer/prompts; loaded at the first question. */
import type { Prompter } from '../actions/context.js';
import { GoBack } from './go-back.js';

export function createPrompter(options: { available: boolean; signal: AbortSignal }): Prompter {
  const { available, signal } = options;
  const asking = async <T>(
    question: (prompts: typeof import('@inquirer/prompts'), terminal: Terminal) => Promise<T>,
  ): Promise<T> => {
    const prompts = await import('@inquirer/prompts');
    const back = new AbortController();
    const onKey = (_text: string, key: { name?: string } | undefined) => {
      if (key?.name === 'escape') back.abort(new GoBack());
    };
    process.stdin.on('keypress', onKey);
    try {
      const terminal = { output: process.stderr, input: process.stdin, signal: AbortSignal.any([signal, back.signal]) };
      return await question(prompts, terminal);
    } catch (error) {
      throw back.signal.aborted ? back.signal.reason : error;
    } finally {
      process.stdin.off('keypress', onKey);
    }
  };
  return {
    available,
    text: ({ message, default: initial, check }) =>
      asking(async ({ input }, terminal) =>
        (await input({ message, default: initial, validate: (text) => check?.(text.trim()) ?? true }, terminal)).trim(),
      ),
    secret: ({ message, check }) =>
      asking(async ({ password }, terminal) =>
        (await password({ message, mask: '•', validate: (text) => check?.(text.trim()) ?? true }, terminal)).trim(),
      ),
    choose: ({ message, choices, default: initial }) =>
      asking(({ select }, terminal) =>
        select({ message, choices: [...choices], default: initial, loop: false, pageSize: 12 }, terminal),
      ),
    confirm: ({ message, default: initial }) =>
      asking(({ confirm }, terminal) => confirm({ message, default: initial }, terminal)),
  };
}

interface Terminal {
  output: NodeJS.WriteStream;
  input: NodeJS.ReadStream;
  signal: AbortSignal;
}
