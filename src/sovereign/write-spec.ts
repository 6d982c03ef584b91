/** Writes sovereign.yaml: fields that only repeat a default are left out, comments of a file that is there are kept. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fail, messageOf } from '../support/errors.js';
import { parseDocument, toYaml } from '../support/yaml.js';
import { type Sovereign, sovereignSchema } from './schema.js';

type Tree = Record<string, unknown>;

/** The spec as YAML, without what the schema fills in by itself. */
export function specToYaml(sovereign: Sovereign): string {
  return toYaml(withoutDefaults(sovereign));
}

/** Throws E1102 when the file cannot be written. */
export function writeSpec(path: string, sovereign: Sovereign): void {
  let text: string;
  if (existsSync(path)) {
    const document = parseDocument(readFileSync(path, 'utf8'));
    if (document.errors.length === 0) {
      const before = (document.toJS() ?? {}) as Tree;
      merge(document, before, withoutDefaults(sovereign), []);
      text = document.toString({ lineWidth: 0 });
    } else text = specToYaml(sovereign);
  } else text = specToYaml(sovereign);
  replaceFile(path, text);
}

/** A half-answered spec, to be completed later. Throws E1102 when the file cannot be written. */
export function writeSpecDraft(path: string, tree: Record<string, unknown>): void {
  replaceFile(path, toYaml(tree));
}

function replaceFile(path: string, text: string): void {
  try {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    throw fail('E1102', `${path} cannot be written: ${messageOf(error)}.`, {
      actions: ['name another with --spec FILE'],
      cause: error,
    });
  }
}

/** Keys in schema order; a key whose value is the one it would have when left out is not written. */
function withoutDefaults(sovereign: Sovereign): Tree {
  const pruned = structuredClone(sovereign) as unknown as Tree;
  const whole = JSON.stringify(sovereignSchema.parse(sovereign));
  prune(pruned, () => {
    const parsed = sovereignSchema.safeParse(pruned);
    return parsed.success && JSON.stringify(parsed.data) === whole;
  });
  return pruned;
}

/** Removes, outermost first, each key whose absence changes nothing. */
function prune(tree: Tree, same: () => boolean): void {
  for (const key of Object.keys(tree)) {
    const value = tree[key];
    const order = Object.entries(tree);
    delete tree[key];
    if (same()) continue;
    for (const left of Object.keys(tree)) delete tree[left];
    Object.assign(tree, Object.fromEntries(order));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) prune(value as Tree, same);
  }
}

function merge(document: ReturnType<typeof parseDocument>, before: Tree, after: Tree, path: string[]): void {
  for (const key of Object.keys(before)) if (!(key in after)) document.deleteIn([...path, key]);
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isTree(value) && isTree(old)) merge(document, old, value, [...path, key]);
    else if (JSON.stringify(old) !== JSON.stringify(value)) document.setIn([...path, key], value);
  }
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
