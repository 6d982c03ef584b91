/** Questions on a terminal, on stderr; esc throws GoBack. The only room that knows @inquirer/prompts; loaded at the first question. */
import { styleText } from 'node:util';
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
    series?: { back: boolean },
  ): Promise<T> => {
    const prompts = await import('@inquirer/prompts');
    const back = new AbortController();
    const onKey = (_text: string, key: { name?: string } | undefined) => {
      if (key?.name === 'escape') back.abort(new GoBack());
    };
    process.stdin.on('keypress', onKey);
    try {
      const terminal = {
        output: process.stderr,
        input: process.stdin,
        signal: AbortSignal.any([signal, back.signal]),
        clearPromptOnDone: series !== undefined,
      };
      return await question(prompts, terminal);
    } catch (error) {
      throw back.signal.aborted ? back.signal.reason : error;
    } finally {
      process.stdin.off('keypress', onKey);
    }
  };
  return {
    available,
    text: ({ message, default: initial, check, series }) =>
      asking(async ({ input }, terminal) => {
        const question = { message: withWayBack(shown(message), series), default: initial, validate: checked(check) };
        return (await input(question, terminal)).trim();
      }, series),
    secret: ({ message, check, series }) =>
      asking(async ({ password }, terminal) => {
        const question = { message: withWayBack(shown(message), series), mask: '•', validate: checked(check) };
        return (await password(question, terminal)).trim();
      }, series),
    choose: ({ message, choices, default: initial, series }) =>
      asking(({ select }, terminal) => {
        const listed = choices.map((choice) => ({
          ...choice,
          name: line(choice.name),
          ...(choice.description === undefined ? {} : { description: shown(choice.description) }),
          ...(typeof choice.disabled === 'string' ? { disabled: line(choice.disabled) } : {}),
        }));
        const first = choices.find(({ disabled }) => !disabled)?.value;
        const pageSize = Math.max(5, (process.stderr.rows ?? 24) - 5);
        const question = { message: withWayBack(shown(message), series), choices: listed, default: initial ?? first };
        return select({ ...question, loop: false, pageSize }, terminal);
      }, series),
    confirm: ({ message, default: initial }) =>
      asking(({ confirm }, terminal) => confirm({ message: shown(message), default: initial }, terminal)),
  };
}

const withWayBack = (message: string, series: { back: boolean } | undefined) =>
  series?.back ? `${message} ${styleText('dim', '[esc: back]')}` : message;

interface Terminal {
  output: NodeJS.WriteStream;
  input: NodeJS.ReadStream;
  signal: AbortSignal;
  clearPromptOnDone: boolean;
}
