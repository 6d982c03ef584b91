/** Answers to questions: taken from what is given, or asked on a terminal (ask-all.ts). */
import type { Prompter } from '../../actions/session/context.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { askAll } from './ask-all.js';
import { judge } from './judge.js';
import { type Gathered, type Given, gather } from './wizard/gather.js';
import type { Answers, LookUps, Question, Source } from './wizard/question.js';

export interface AskOptions {
  questions: readonly Question[];
  given: Given;
  prompter: Prompter;
  lookUps: LookUps;
  /** Take what is given and the defaults; ask nothing. */
  quiet: boolean;
  note: (text: string) => void;
  /** Called after each answer, so that leaving loses nothing; `never` are ids of secrets not to store. */
  keep: (answers: Answers, never: ReadonlySet<string>) => void;
  /** Begin at the review: every question was answered before. */
  reviewOnly?: boolean;
  /** Above the review: cost, duration, what the plan counts. */
  overview?: (answers: Answers) => Promise<string>;
}

export interface Asked {
  answers: Record<string, string>;
  sources: Record<string, Source>;
  /** The answers are to be kept, and nothing else done. */
  saveOnly?: boolean;
}

/** Throws E1002 naming every flag or variable that is missing when nothing may be asked, E1001 for a given answer that cannot be. */
export async function ask(options: AskOptions): Promise<Asked> {
  return options.quiet || !options.prompter.available ? takeGiven(options) : askAll(options);
}

async function takeGiven({ questions, given }: AskOptions): Promise<Asked> {
  const asked: Asked = { answers: {}, sources: {} };
  const missing: Question[] = [];
  for (const question of questions) {
    if (question.unless?.(asked.answers)) continue;
    const found = await gather(question, given, asked.answers);
    if (found) accept(question, found, asked);
    else if (!question.optional) missing.push(question);
  }
  if (missing.length === 0) return asked;
  const names = missing.map(nameOf);
  throw fail(
    'E1002',
    `${missing.length === 1 ? 'An answer is' : `${missing.length} answers are`} missing, and there is no terminal to prompt on: ${names.join(', ')}.`,
    {
      actions: missing.map((question) => howToGive(question)),
      data: { missing: missing.map(({ id }) => id), flags: names },
    },
  );
}

/** Throws E1001 for what cannot be. */
export function accept(question: Question, found: Gathered, asked: Asked): void {
  const why = judge(question, found.value, asked.answers);
  if (why !== true) {
    const shown = question.kind === 'secret' ? 'that value' : `"${found.value}"`;
    throw fail('E1001', `${nameOf(question)} (${found.source}) cannot be ${shown}: ${why}`, {
      actions: [howToGive(question)],
      data: { flag: nameOf(question) },
    });
  }
  asked.answers[question.id] = found.value;
  asked.sources[question.id] = found.source;
}

function nameOf({ id, kind, variable }: Question): string {
  return kind === 'secret' ? variable : `--${id}`;
}

function howToGive({ id, kind, variable, path }: Question): string {
  if (kind === 'secret') return `set ${variable}, or: ${command('credentials set', id)}`;
  return `add --${id} (${variable})${path ? `, or set ${path} in the spec` : ''}`;
}
