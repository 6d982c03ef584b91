/** The questions on a terminal: what is given is shown, what is missing or refused is asked; esc goes back; the review edits any line. */
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { Asked, AskOptions } from './ask.js';
import { GoBack } from './go-back.js';
import { judge } from './judge.js';
import { labelOf, review, shownAnswer } from './review.js';
import { type Gathered, gather } from './wizard/gather.js';
import { type Question, typed } from './wizard/question.js';

/** What a look-up told about an answer; `unclear` when a system could not be read. */
type Verdict = 'good' | 'refused' | 'unclear';

export interface Series {
  options: AskOptions;
  asked: Asked;
  /** Ids of secrets that a system has refused: never stored, always asked again. */
  refused: Set<string>;
}

export async function askAll(options: AskOptions): Promise<Asked> {
  const { questions, note } = options;
  const series: Series = { options, asked: { answers: {}, sources: {} }, refused: new Set() };
  if (!options.reviewOnly)
    note(
      `${questions.length} questions, then a review of all answers. Nothing is changed before you confirm the start. Enter accepts the answer in brackets or under the cursor, Esc goes back one question, ^C quits and keeps your answers.`,
    );
  let index = 0;
  while (index < questions.length) {
    const question = questions[index]!;
    if (question.unless?.(series.asked.answers)) index = passOver(series, question, index);
    else index = await answerOne(series, question, index);
  }
  return review(series, (question) => askAgain(series, question));
}

/** What another answer settles keeps its number, so that the total never changes while somebody counts. */
function passOver(series: Series, question: Question, index: number): number {
  if (!series.options.reviewOnly) series.options.note(`✔ ${numbered(series, question)}: not needed`);
  return index + 1;
}

/** The index of the question that comes next. */
async function answerOne(series: Series, question: Question, index: number): Promise<number> {
  const { options, asked } = series;
  const { given, note } = options;
  const before = asked.answers[question.id];
  let found: Gathered | undefined =
    before === undefined
      ? await gather(question, given, asked.answers)
      : { value: before, source: asked.sources[question.id] ?? 'asked' };
  if (found && (options.reviewOnly || isSettled(question, found, series))) {
    const why = judge(question, found.value, asked.answers);
    if (why === true) {
      asked.answers[question.id] = found.value;
      asked.sources[question.id] = found.source;
      if (before !== undefined || options.reviewOnly) return index + 1;
      note(`✔ ${numbered(series, question)}: ${shownAnswer(question, found.value)} (${sourceText(found.source)})`);
      if ((await look(series, question)) !== 'refused') return index + 1;
    } else note(`✖ ${labelOf(question)} (${sourceText(found.source)}): ${why}`);
    if (series.refused.has(question.id) && question.pairedWith !== undefined) return pairedIndex(series, question);
    if (question.kind === 'secret') found = undefined;
  }
  if (series.refused.has(question.id)) found = undefined;
  try {
    return await askNew(series, question, found, index);
  } catch (error) {
    if (!(error instanceof GoBack)) throw error;
    note('← back');
    return previous(series, index);
  }
}

async function askNew(series: Series, question: Question, found: Gathered | undefined, index: number): Promise<number> {
  const { options, asked } = series;
  const { id } = question;
  const before = asked.answers[id];
  const answer = await askOne(series, question, found, index);
  take(series, question, { value: answer, source: answer === found?.value ? found.source : 'asked' });
  options.note(`✔ ${numbered(series, question)}: ${shownAnswer(question, answer)}`);
  const verdict = await look(series, question);
  if (verdict === 'refused') return question.pairedWith === undefined ? index : pairedIndex(series, question);
  // Given a second time although it could not be read, an answer is taken: preflight will judge it.
  return verdict === 'good' || answer === before ? index + 1 : index;
}

/** A changed line of the review, with what it leads to. */
async function askAgain(series: Series, question: Question): Promise<void> {
  const { asked, options } = series;
  const { id } = question;
  const now = { value: asked.answers[id] ?? '', source: asked.sources[id] ?? ('asked' as const) };
  do {
    const answer = await askOne(series, question, series.refused.has(id) ? undefined : now);
    take(series, question, { value: answer, source: answer === now.value ? now.source : 'asked' });
    options.note(`✔ ${labelOf(question)}: ${shownAnswer(question, answer)}`);
  } while ((await look(series, question)) === 'refused');
}

function take(series: Series, { id, kind }: Question, { value, source }: Gathered): void {
  const { asked, refused } = series;
  if (kind === 'secret' && asked.answers[id] !== value) refused.delete(id);
  asked.answers[id] = value;
  asked.sources[id] = source;
  keep(series);
}

/** What was refused, and what came from elsewhere, is not to be stored. */
function keep({ options, asked, refused }: Series): void {
  const secrets = options.questions.filter(({ kind }) => kind === 'secret').map(({ id }) => id);
  options.keep(asked.answers, new Set(secrets.filter((id) => refused.has(id) || asked.sources[id] !== 'asked')));
}

/** Both of a pair were refused: from the first on. */
function pairedIndex({ options, asked, refused }: Series, { id, pairedWith }: Question): number {
  for (const one of [id, pairedWith!]) {
    refused.add(one);
    delete asked.answers[one];
  }
  return options.questions.findIndex((question) => question.id === pairedWith);
}

/** Given by flag, variable or lab, or a secret that is at hand: shown, not asked; the review can still change it. */
function isSettled({ id, kind }: Question, { value, source }: Gathered, { asked, refused }: Series): boolean {
  if (refused.has(id)) return false;
  if (id === 'fqdn' && source === 'lab') return value.startsWith(`${asked.answers.name}.`);
  return source === 'flag' || source === 'environment' || (kind === 'secret' && source !== 'asked');
}

/** Prints what the answer leads to, or why it will not do. */
async function look(series: Series, question: Question): Promise<Verdict> {
  const { asked, refused, options } = series;
  const { lookUps, note } = options;
  if (!question.look) return 'good';
  const world = await lookUps.world(asked.answers);
  if (!world) return 'good';
  try {
    const seen = await question.look(world, asked.answers);
    if (seen !== '') note(`  ${seen}`);
    return 'good';
  } catch (error) {
    world.signal.throwIfAborted();
    note(`✖ ${messageOf(error)}`);
    if (question.kind !== 'secret' || !isCatalystError(error) || error.class !== 'credentials') {
      for (const remedy of (await question.remedies?.(asked.answers, lookUps)) ?? []) note(`  Try: ${remedy}`);
      return 'unclear';
    }
    refused.add(question.id);
    keep(series);
    return 'refused';
  }
}

/** The last question before `index` that was asked rather than given by flag or environment. */
function previous(series: Series, index: number): number {
  const { options, asked } = series;
  for (let at = index - 1; at >= 0; at -= 1) {
    const question = options.questions[at]!;
    const value = asked.answers[question.id];
    const source = asked.sources[question.id] ?? 'asked';
    if (value !== undefined && !isSettled(question, { value, source }, series)) return at;
  }
  return index;
}

/** `index` for a question in its order: it has a number, and may have a way back. */
async function askOne(
  series: Series,
  question: Question,
  found: Gathered | undefined,
  index?: number,
): Promise<string> {
  const { options, asked } = series;
  const { prompter, lookUps, note } = options;
  const from = found && found.source !== 'asked' && found.value !== '' ? `, ${sourceText(found.source)}` : '';
  const message = `${index === undefined ? question.message : numbered(series, question, question.message)}${from}`;
  const check = (answer: string) => judge({ ...question, options: undefined }, answer, asked.answers);
  const way = { series: { back: index === undefined || previous(series, index) < index } };
  if (question.show) {
    const world = await lookUps.world(asked.answers);
    if (world) note(await question.show(world).catch((error: unknown) => `✖ ${messageOf(error)}`));
  }
  if (question.kind === 'secret') {
    if (!found) return prompter.secret({ message, check, ...way });
    const kept = (answer: string) => answer === '' || check(answer);
    return (
      (await prompter.secret({ message: `${message}; press Enter to keep it`, check: kept, ...way })) || found.value
    );
  }
  const choices = question.kind === 'choice' ? await choicesOf(series, question) : [];
  if (choices.some(({ disabled }) => !disabled)) {
    const initial = choices.some(({ value, disabled }) => value === found?.value && !disabled)
      ? found?.value
      : undefined;
    const chosen = await prompter.choose({ message, choices, default: initial, ...way });
    if (chosen !== typed) return chosen;
    return prompter.text({ message: `${message}, typed`, check, ...way });
  }
  return prompter.text({ message, default: found?.value, check, ...way });
}

/** None when they cannot be read: the answer is typed then. */
async function choicesOf({ options, asked }: Series, question: Question) {
  try {
    return (await question.choices?.(asked.answers, options.lookUps)) ?? [];
  } catch (error) {
    if (!isCatalystError(error) || error.class === 'interrupted') throw error;
    options.note(`✖ ${messageOf(error)}`);
    return [];
  }
}

/** `3 of 11 · Location of the servers`. */
function numbered({ options: { questions } }: Series, question: Question, message = labelOf(question)): string {
  return `${questions.indexOf(question) + 1} of ${questions.length} · ${message}`;
}

function sourceText(source: Gathered['source']): string {
  const words = {
    flag: 'from its flag',
    environment: 'from the environment',
    spec: 'from the spec',
    lab: 'of the lab',
  };
  return { ...words, store: 'stored', default: 'suggested', asked: 'answered' }[source];
}
