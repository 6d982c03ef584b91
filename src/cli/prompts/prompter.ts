/** Questions on a terminal, on stderr; esc throws GoBack. The only room that knows @inquirer/prompts; loaded at the first question. */
import type { Prompter } from '../../actions/session/context.js';
import { oneLine, printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import { GoBack } from './go-back.js';

export function createPrompter(options: { available: boolean; signal: AbortSignal; redactor: Redactor }): Prompter {
  const { available, signal, redactor } = options;
  const shown = (text: string) => printable(redactor.redact(text));
  const line = (text: string) => oneLine(redactor.redact(text));
  const checked = (check?: (answer: string) => string | true) => (text: string) => {
    const verdict = check?.(text.trim()) ?? true;
    return verdict === true ? true : shown(verdict);
  };
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
        (await input({ message: shown(message), default: initial, validate: checked(check) }, terminal)).trim(),
      ),
    secret: ({ message, check }) =>
      asking(async ({ password }, terminal) =>
        (await password({ message: shown(message), mask: '•', validate: checked(check) }, terminal)).trim(),
      ),
    choose: ({ message, choices, default: initial }) =>
      asking(({ select }, terminal) => {
        const listed = choices.map((choice) => ({
          ...choice,
          name: line(choice.name),
          ...(choice.description === undefined ? {} : { description: shown(choice.description) }),
          ...(typeof choice.disabled === 'string' ? { disabled: line(choice.disabled) } : {}),
        }));
        const question = { message: shown(message), choices: listed, default: initial, loop: false, pageSize: 12 };
        return select(question, terminal);
      }),
    confirm: ({ message, default: initial }) =>
      asking(({ confirm }, terminal) => confirm({ message: shown(message), default: initial }, terminal)),
  };
}

interface Terminal {
  output: NodeJS.WriteStream;
  input: NodeJS.ReadStream;
  signal: AbortSignal;
}
