/** Goes through the questions: what is given is shown, what is missing is asked; esc goes back; the review edits any line. */
import type { Prompter } from '../../actions/session/context.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { GoBack } from './go-back.js';
import { type Gathered, type Given, gather } from './wizard/gather.js';
import { type LookUps, type Question, type Source, typed } from './wizard/question.js';

export interface AskOptions {
  questions: readonly Question[];
  given: Given;
  prompter: Prompter;
  lookUps: LookUps;
  /** Take what is given and the defaults; ask nothing. */
  quiet: boolean;
  note: (text: string) => void;
  /** Called after each answer, so that leaving loses nothing. */
  keep: (answers: Readonly<Record<string, string>>) => void;
}

export interface Asked {
  answers: Record<string, string>;
  sources: Record<string, Source>;
  /** The answers are to be kept, and nothing else done. */
  saveOnly?: boolean;
}

const saveOnly = '→ save only';

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

async function askAll(options: AskOptions): Promise<Asked> {
  const { questions, given, keep, note } = options;
  const asked: Asked = { answers: {}, sources: {} };
  let index = 0;
  while (index < questions.length) {
    const question = questions[index]!;
    if (question.unless?.(asked.answers)) {
      index += 1;
      continue;
    }
    const before = asked.answers[question.id];
    const found =
      before === undefined
        ? await gather(question, given, asked.answers)
        : { value: before, source: asked.sources[question.id] ?? 'asked' };
    if (found && isSettled(question, found)) {
      accept(question, found, asked);
      if (before === undefined) {
        note(`${question.message}: ${question.kind === 'secret' ? '••••••' : found.value} (${found.source})`);
        await look(question, asked, options);
      }
      index += 1;
      continue;
    }
    try {
      const answer = await askOne(question, found, asked, options);
      asked.answers[question.id] = answer;
      asked.sources[question.id] = answer === found?.value ? found.source : 'asked';
      keep(asked.answers);
      // Given a second time although it was refused, an answer is taken: preflight will judge it.
      if ((await look(question, asked, options)) || answer === before) index += 1;
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
      index = previous(questions, index, asked);
    }
  }
  return review(options, asked);
}

/** Said by a flag or variable, or a secret that is at hand: shown, not asked; the review can still change it. */
function isSettled({ kind }: Question, { source }: Gathered): boolean {
  return source === 'flag' || source === 'environment' || (kind === 'secret' && source !== 'asked');
}

/** Tells what the answer leads to. False when it was refused; the reason was told. */
async function look(question: Question, { answers }: Asked, { lookUps, note }: AskOptions): Promise<boolean> {
  if (!question.look) return true;
  const world = await lookUps.world(answers);
  if (!world) return true;
  try {
    note(`  ${await question.look(world)}`);
    return true;
  } catch (error) {
    world.signal.throwIfAborted();
    note(`✖ ${messageOf(error)}`);
    return false;
  }
}

/** The last question before `index` that was asked rather than given by flag or environment. */
function previous(questions: readonly Question[], index: number, { answers, sources }: Asked): number {
  for (let at = index - 1; at >= 0; at -= 1) {
    const question = questions[at]!;
    const value = answers[question.id];
    if (value !== undefined && !isSettled(question, { value, source: sources[question.id] ?? 'asked' })) return at;
  }
  return index;
}

async function askOne(
  question: Question,
  found: Gathered | undefined,
  asked: Asked,
  options: AskOptions,
): Promise<string> {
  const { prompter, lookUps } = options;
  const { kind, message, optional } = question;
  const from = found && found.source !== 'asked' ? ` (${found.source})` : '';
  const check = (answer: string) => (optional && answer === '') || (question.check?.(answer, asked.answers) ?? true);
  if (question.show) {
    const world = await lookUps.world(asked.answers);
    if (world) options.note(await question.show(world).catch((error: unknown) => `✖ ${messageOf(error)}`));
  }
  if (kind === 'secret') {
    if (!found) return prompter.secret({ message, check });
    const kept = (answer: string) => answer === '' || check(answer);
    return (await prompter.secret({ message: `${message}; press Enter to keep it`, check: kept })) || found.value;
  }
  if (kind === 'choice') {
    const choices = (await question.choices?.(asked.answers, lookUps)) ?? [];
    if (choices.length > 0) {
      const initial = choices.some(({ value, disabled }) => value === found?.value && !disabled)
        ? found?.value
        : undefined;
      const chosen = await prompter.choose({ message: `${message}${from}`, choices, default: initial });
      if (chosen !== typed) return chosen;
    }
  }
  return prompter.text({ message: `${message}${from}`, default: found?.value, check });
}

/** Every answer on one page; choosing a line asks it again. */
async function review(options: AskOptions, asked: Asked): Promise<Asked> {
  const { questions, prompter, keep } = options;
  for (;;) {
    const lines = questions
      .filter(({ id }) => asked.answers[id] !== undefined)
      .map((question) => ({
        value: question.id,
        name: `${question.id.padEnd(24)} ${question.kind === 'secret' ? '••••••' : asked.answers[question.id]}`,
      }));
    let picked: string;
    try {
      picked = await prompter.choose({
        message: 'Review',
        choices: [{ value: '', name: '→ go on' }, { value: saveOnly, name: '→ save only' }, ...lines],
        default: '',
      });
    } catch (error) {
      if (error instanceof GoBack) continue;
      throw error;
    }
    if (picked === saveOnly) return { ...asked, saveOnly: true };
    const question = questions.find(({ id }) => id === picked);
    if (!question) return asked;
    try {
      const now = { value: asked.answers[picked] ?? '', source: asked.sources[picked] ?? ('asked' as const) };
      asked.answers[picked] = await askOne(question, now, asked, options);
      asked.sources[picked] = 'asked';
      keep(asked.answers);
      await look(question, asked, options);
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
    }
  }
}

function accept(question: Question, found: Gathered, asked: Asked): void {
  const { id, optional, options, check } = question;
  const good = (optional && found.value === '') || (check?.(found.value, asked.answers) ?? true);
  const listed = options === undefined || options.includes(found.value);
  if (good !== true || !listed) {
    const shown = question.kind === 'secret' ? 'that value' : `"${found.value}"`;
    const why = typeof good === 'string' ? good : `one of: ${options?.join(', ')}`;
    throw fail('E1001', `${nameOf(question)} (${found.source}) cannot be ${shown}: ${why}`, {
      actions: [howToGive(question)],
      data: { flag: nameOf(question) },
    });
  }
  asked.answers[id] = found.value;
  asked.sources[id] = found.source;
}

function nameOf({ id, kind, variable }: Question): string {
  return kind === 'secret' ? variable : `--${id}`;
}

function howToGive({ id, kind, variable, path }: Question): string {
  if (kind === 'secret') return `set ${variable}, or: catalyst credentials set ${id}`;
  return `add --${id} (${variable})${path ? `, or set ${path} in the spec` : ''}`;
}
