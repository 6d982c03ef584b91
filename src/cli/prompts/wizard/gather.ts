/** Where each answer comes from before anybody is asked: flag, environment, spec, lab, store, default. */
import type { Answers, Question, Source } from './question.js';

export interface Given {
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  /** The spec so far, not validated. */
  spec: unknown;
  /** `lab` when that spec is the lab's. */
  specSource: 'spec' | 'lab';
  secrets: (name: string) => Promise<{ value: string; source: Source } | undefined>;
}

export interface Gathered {
  value: string;
  source: Source;
}

/** The answer to one question, or undefined. `answers` are those so far, for defaults that depend on them. */
export async function gather(question: Question, given: Given, answers: Answers): Promise<Gathered | undefined> {
  const { id, kind, variable, path, initial } = question;
  if (kind === 'secret') return given.secrets(id);
  const flag = given.flags[id];
  if (typeof flag === 'string') {
    const fromEnv = given.env[variable] === flag;
    return { value: flag, source: fromEnv ? 'environment' : 'flag' };
  }
  const stood = path === undefined ? undefined : valueAt(given.spec, path);
  if (stood !== undefined) return { value: String(stood), source: given.specSource };
  const fallback = initial?.(answers);
  return fallback === undefined ? undefined : { value: fallback, source: 'default' };
}

export function valueAt(tree: unknown, path: string): unknown {
  let value = tree;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[part];
  return value;
}
