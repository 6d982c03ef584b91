import { parseDocument } from 'yaml';

type Tree = Readonly<Record<string, unknown>>;

/**
 * `text` changed to say `after`, with its comments and the order of its fields, which only the library `yaml` keeps. Undefined
 * when it is not YAML.
 */
export function editYaml(text: string, after: Tree): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  const merge = (before: Tree, now: Tree, path: readonly string[]) => {
    for (const key of Object.keys(before)) if (!(key in now)) document.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(now)) {
      const old = before[key];
      if (isTree(value) && isTree(old)) merge(old, value, [...path, key]);
      else if (JSON.stringify(old) !== JSON.stringify(value)) document.setIn([...path, key], value);
    }
  };
  merge((document.toJS() ?? {}) as Tree, after, []);
  return document.toString({ lineWidth: 0 });
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
