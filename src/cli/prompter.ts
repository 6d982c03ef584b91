/** Questions on a terminal, on stderr. The only room that knows @inquirer/prompts; loaded at the first question. */
import type { Prompter } from '../actions/context.js';

export function createPrompter(options: { available: boolean; signal: AbortSignal }): Prompter {
  const { available, signal } = options;
  const terminal = { output: process.stderr, input: process.stdin, signal, clearPromptOnDone: false };
  return {
    available,
    async text({ message, default: initial, check }) {
      const { input } = await import('@inquirer/prompts');
      const answer = await input(
        { message, default: initial, validate: (text) => check?.(text.trim()) ?? true },
        terminal,
      );
      return answer.trim();
    },
    async secret({ message, check }) {
      const { password } = await import('@inquirer/prompts');
      const answer = await password({ message, mask: '•', validate: (text) => check?.(text.trim()) ?? true }, terminal);
      return answer.trim();
    },
    async choose({ message, choices, default: initial }) {
      const { select } = await import('@inquirer/prompts');
      return select({ message, choices: [...choices], default: initial, loop: false, pageSize: 12 }, terminal);
    },
    async confirm({ message, default: initial }) {
      const { confirm } = await import('@inquirer/prompts');
      return confirm({ message, default: initial }, terminal);
    },
  };
}
