/** A Sovereign as the text of its spec: fields that only repeat a default are left out. */
import { toYaml } from '../../support/yaml/write-yaml.js';
import { type Sovereign, sovereignSchema } from './schema.js';

type Tree = Record<string, unknown>;

/** The spec as YAML, without what the schema fills in by itself. */
export function specToYaml(sovereign: Sovereign): string {
  return toYaml(withoutDefaults(sovereign));
}

/** Keys in schema order; a key whose value is the one it would have when left out is not written. */
export function withoutDefaults(sovereign: Sovereign): Tree {
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
