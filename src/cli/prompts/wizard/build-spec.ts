/** The spec that answers make: what stood in it before stays, unless an answer says otherwise. */
import type { Answers, Question } from './question.js';

type Tree = Record<string, unknown>;

/** `base` is the parsed YAML so far (or undefined); nothing is validated here, so that a half-answered one can be kept. */
export function buildSpec(questions: readonly Question[], answers: Answers, base: unknown): Tree {
  const tree: Tree = { apiVersion: 'catalyst.openova.io/v1alpha1', kind: 'Sovereign', metadata: {}, spec: {} };
  Object.assign(tree, structuredClone(base ?? {}));
  for (const { id, path, number, optional } of questions) {
    const answer = answers[id];
    if (path === undefined || answer === undefined) continue;
    if (answer === '' && optional) setAt(tree, path, undefined);
    else setAt(tree, path, number ? Number(answer) : answer);
  }
  const { fqdn } = answers;
  if (fqdn !== undefined) {
    setAt(tree, 'spec.pool.subdomain', fqdn.split('.')[0]);
    setAt(tree, 'spec.pool.domain', fqdn.split('.').slice(1).join('.'));
  }
  return tree;
}

function setAt(tree: Tree, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop()!;
  let at = tree;
  for (const part of parts) {
    if (value === undefined && at[part] === undefined) return;
    at[part] ??= {};
    at = at[part] as Tree;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}
