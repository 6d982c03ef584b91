/** Whether an answer can be one. */
import type { Answers, Question } from './wizard/question.js';

/** Why the answer cannot be, or true. */
export function judge({ id: _, optional, options, check }: Question, value: string, answers: Answers): string | true {
  const good = (optional && value === '') || (check?.(value, answers) ?? true);
  if (good !== true) return typeof good === 'string' ? good : 'This value is not valid.';
  return options === undefined || options.includes(value) || `one of: ${options.join(', ')}`;
}
