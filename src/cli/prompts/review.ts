/** Every answer on one page, with cost, duration and what the plan counts; choosing a line asks it again. */
import type { Asked } from './ask.js';
import type { Series } from './ask-all.js';
import { GoBack } from './go-back.js';
import type { Answers, Question } from './wizard/question.js';

const start = '→ go on';
const saveOnly = '→ save only';

export async function review(series: Series, edit: (question: Question) => Promise<void>): Promise<Asked> {
  const { options, asked } = series;
  const { prompter, note, overview } = options;
  for (;;) {
    const told = await overview?.(asked.answers);
    if (told) note(told);
    const answered = options.questions.filter(
      ({ id, unless }) => asked.answers[id] !== undefined && !unless?.(asked.answers),
    );
    const rows = reviewRows(answered, asked.answers, process.stderr.columns || 80);
    const lines = answered.map(({ id }, index) => ({ value: id, name: rows[index]! }));
    try {
      const picked = await prompter.choose({
        message: `Review: go on, or choose an answer to change it (${lines.length} answers)`,
        choices: [{ value: '', name: start }, { value: saveOnly, name: `${saveOnly}, and start later` }, ...lines],
        default: '',
        series: { back: false },
      });
      if (picked === '') return asked;
      if (picked === saveOnly) return { ...asked, saveOnly: true };
      await edit(answered.find(({ id }) => id === picked)!);
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
    }
  }
}

/** The mark of the chosen line and the space after it. */
const pointer = 2;

/** One line each: name and answer, which is cut in the middle where the window has no room for it. Pure. */
export function reviewRows(questions: readonly Question[], answers: Answers, columns: number): string[] {
  const names = questions.map((question) => question.short ?? labelOf(question));
  const width = Math.max(0, ...names.map((name) => name.length));
  const room = Math.max(12, columns - 1 - pointer - width - 4);
  return questions.map((question, index) => {
    const shown = shownAnswer(question, answers[question.id] ?? '');
    return `  ${names[index]!.padEnd(width)}  ${middleCut(shown, room)}`;
  });
}

/** Both ends tell answers apart: of a key, its kind and its comment. */
function middleCut(text: string, room: number): string {
  const letters = [...text];
  if (letters.length <= room) return text;
  const tail = Math.floor((room - 1) / 2);
  return `${letters.slice(0, room - 1 - tail).join('')}…${letters.slice(-tail).join('')}`;
}

/** Its message without what explains it in brackets. */
export const labelOf = ({ message }: Question): string => message.replace(/ \(.*$/, '');

/** As a person reads it; never a secret. */
export function shownAnswer({ kind, empty = 'none' }: Question, value: string): string {
  if (value === '') return empty;
  return kind === 'secret' ? '••••••' : value;
}
