/** How far the questions are, and what to type when an answer leads nowhere. */
import { expect, it } from 'vitest';
import type { Prompter } from '../../../../src/actions/session/context.js';
import { ask } from '../../../../src/cli/prompts/ask.js';
import type { Question } from '../../../../src/cli/prompts/wizard/question.js';
import { specQuestions } from '../../../../src/cli/prompts/wizard/questions.js';
import { fail } from '../../../../src/support/errors/errors.js';
import type { World } from '../../../../src/world/world.js';

/** Asks these with the answers by id, the default for the rest; what was asked and noted, in order. */
async function asked(
  ids: string[],
  answers: Record<string, string>,
  more: Partial<Question> = {},
  contexts: string[] = [],
) {
  const seen: string[] = [];
  const questions = specQuestions.filter(({ id }) => ids.includes(id)).map((one) => ({ ...one, ...more }));
  const answer = async ({ message, default: initial }: { message: string; default?: string }) => {
    seen.push(`? ${message}`);
    const { id } = questions.find((question) => message.includes(question.message)) ?? {};
    return (id && answers[id]) ?? initial ?? '';
  };
  const world = { signal: new AbortController().signal } as World;
  await ask({
    questions,
    given: { flags: {}, env: {}, spec: undefined, specSource: 'spec', secrets: async () => undefined },
    prompter: { available: true, text: answer, choose: answer } as unknown as Prompter,
    lookUps: {
      hetzner: async () => undefined,
      world: async () => world,
      motherContexts: async () => contexts,
      publicKeys: async () => [],
    },
    quiet: false,
    note: (text) => seen.push(text),
    keep: () => undefined,
  });
  return seen;
}

const workers = ['worker-count', 'worker-type', 'ssh-public-key'];

it.each(['0', '3'])('the total is the same from the first question on, with %s workers', async (count) => {
  const seen = await asked(workers, { 'worker-count': count }, { look: undefined });
  expect(seen[0]).toMatch(/^3 questions, then a review/);
  const numbers = seen.flatMap((line) => /(\d of \d) ·/.exec(line)?.[1] ?? []);
  expect([...new Set(numbers)]).toEqual(['1 of 3', '2 of 3', '3 of 3']);
  expect(seen.includes('✔ 2 of 3 · Server type of the workers: not needed')).toBe(count === '0');
});

const look = async () => {
  throw fail('E3101', 'No kubeconfig is configured for the mother cluster contabo.');
};

it.each([
  ['no context', [], /Try: Esc, and then the path/],
  ['contexts', ['home', 'contabo'], /Try: choose a context by its name: home, contabo$/],
])('a mother that cannot be reached is told with what to type: %s', async (_what, contexts, remedy) => {
  const seen = await asked(['mother-context'], {}, { look }, contexts);
  const told = seen.slice(seen.indexOf('✖ No kubeconfig is configured for the mother cluster contabo.'));
  expect(told[1]).toMatch(remedy);
  const context = contexts[0] ?? 'CONTEXT';
  expect(told).toContain(`  Try: catalyst wizard --mother-kubeconfig FILE --mother-context ${context}`);
  expect(told).toContain('  Try: kubectl --kubeconfig FILE config get-contexts');
});
