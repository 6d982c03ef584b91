/** The spec that answers make: what stood in it before stays, unless an answer says otherwise. */
import { specApiVersion } from '../../../sovereign/spec/api-version.js';
import { acceptedParent, parentFinding } from '../../../sovereign/spec/independence.js';
import type { Answers, Question } from './question.js';

type Tree = Record<string, unknown>;

/** `base` is the parsed YAML so far (or undefined); nothing is validated here, so that a half-answered one can be kept. */
export function buildSpec(questions: readonly Question[], answers: Answers, base: unknown): Tree {
  const tree: Tree = { apiVersion: specApiVersion, kind: 'Sovereign', metadata: {}, spec: {} };
  Object.assign(tree, structuredClone(base ?? {}), { apiVersion: specApiVersion });
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
    // of another name before: the parent of this one is the default
    const { zone } = ((tree.spec as Tree).parentZone ?? {}) as { zone?: string };
    if (zone !== undefined && !fqdn.endsWith(`.${zone}`)) setAt(tree, 'spec.parentZone.zone', undefined);
    acceptParent(tree, fqdn);
  }
  return tree;
}

/** Of a spec that says nothing about independence, the parent zone that the mother serves; of one for another name, that entry alone. */
function acceptParent(tree: Tree, fqdn: string): void {
  const spec = tree.spec as Tree;
  const { provider, zone } = (spec.parentZone ?? {}) as { provider?: string; zone?: string };
  if (provider === 'dynadot') return;
  const entry = acceptedParent(zone ?? fqdn.split('.').slice(1).join('.'));
  const { accepted } = (spec.independence ?? {}) as { accepted?: { what?: string }[] };
  if (spec.independence === undefined) setAt(tree, 'spec.independence.accepted', [entry]);
  else if (Array.isArray(accepted))
    setAt(
      tree,
      'spec.independence.accepted',
      accepted.map((one) => (one?.what?.startsWith(parentFinding('')) ? entry : one)),
    );
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
