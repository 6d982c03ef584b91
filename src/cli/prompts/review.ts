/** Every answer on one page, with cost, duration and what the plan counts; choosing a line asks it again. */
import type { Asked } from './ask.js';
import type { Series } from './ask-all.js';
import { GoBack } from './go-back.js';
import type { Question } from './wizard/question.js';

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
    const width = Math.max(...answered.map((question) => labelOf(question).length));
    const lines = answered.map((question) => ({
      value: question.id,
      name: `  ${labelOf(question).padEnd(width)}  ${shownAnswer(question, asked.answers[question.id] ?? '')}`,
    }));
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

/** Its message without what explains it in brackets. */
export const labelOf = ({ message }: Question): string => message.replace(/ \(.*$/, '');

/** As a person reads it; never a secret. */
export function shownAnswer({ kind, empty = 'none' }: Question, value: string): string {
  if (value === '') return empty;
  return kind === 'secret' ? '••••••' : value;
}
