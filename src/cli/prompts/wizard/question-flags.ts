import { Flags } from '@oclif/core';
import type { Question } from './question.js';

/** A flag for every question; a secret has a variable and the store instead, since argv is seen by everybody. */
export function questionFlags(questions: readonly Question[]) {
  return Object.fromEntries(
    questions
      .filter(({ kind }) => kind !== 'secret')
      .map(({ id, help, variable, options }) => [
        id,
        Flags.string({ description: help, env: variable, ...(options ? { options: [...options] } : {}) }),
      ]),
  );
}
