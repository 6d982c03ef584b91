/** Answers of questions that were left in the middle: in the spec, or beside it as long as they make none. */
import { existsSync, readFileSync } from 'node:fs';
import type { Context } from '../../../actions/session/context.js';
import { parseSpec } from '../../../sovereign/spec/load-spec.js';
import { writeSpec, writeSpecDraft } from '../../../sovereign/spec/write-spec.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { parseYamlStream } from '../../../support/yaml/read-yaml.js';
import { toYaml } from '../../../support/yaml/write-yaml.js';
import { buildSpec } from './build-spec.js';
import type { Question } from './question.js';

/** Where answers wait that make no spec yet: no other command reads it. */
export const draftOf = (path: string) => `${path}.draft`;

/** Left in the middle: answers stay in the spec, or beside it as long as they make none; secrets in the store. Where they are. */
export async function leave(
  context: Context,
  path: string,
  questions: readonly Question[],
  answers: Readonly<Record<string, string>>,
  base: unknown,
): Promise<string> {
  const tree = buildSpec(questions, answers, base);
  const whole = isSpec(tree, path);
  const kept = whole ? path : draftOf(path);
  if (whole) writeSpec(path, parseSpec(toYaml(tree), path));
  else writeSpecDraft(kept, tree);
  const secrets = questions.filter(({ id, kind }) => kind === 'secret' && answers[id]);
  if (answers.fqdn !== undefined) {
    const store = await context.credentialsOf(answers.fqdn);
    for (const { id } of secrets) await store.set(id, answers[id]!);
  }
  return kept;
}

function isSpec(tree: Record<string, unknown>, path: string): boolean {
  try {
    parseSpec(toYaml(tree), path);
    return true;
  } catch (error) {
    if (isCatalystError(error)) return false;
    throw error;
  }
}

/** The file as it is, not validated: a half-answered one is to be completed here. */
export function readRaw(path: string): unknown {
  return existsSync(path) ? parseYamlStream(readFileSync(path, 'utf8'))[0] : undefined;
}
