/** The two value operations of server-side apply: laying a configuration over an object, and taking fields away. */

import type { Shape } from '../kinds/shape.js';
import { emptySet, entriesOf, type FieldSet, isEmpty } from './field-set.js';

/** `config` laid over `live`: keyed lists and sets merge, everything atomic is replaced. */
export function mergeFields(live: unknown, config: unknown, shape: Shape): unknown {
  if (isEmptyMap(config) && isMap(live)) return live;
  const [old, now] = [entriesOf(live, shape), entriesOf(config, shape)];
  if (!old || !now) return config;
  if (Array.isArray(config)) {
    const merged = [...old].map(([element, entry]) => {
      const over = now.get(element);
      return over ? mergeFields(entry.value, over.value, entry.shape) : entry.value;
    });
    for (const [element, entry] of now) if (!old.has(element)) merged.push(entry.value);
    return merged;
  }
  const merged: Record<string, unknown> = { ...(live as Record<string, unknown>) };
  for (const [name, value] of Object.entries(config as Record<string, unknown>)) {
    merged[name] = name in merged ? mergeFields(merged[name], value, shape.field(name)) : value;
  }
  return merged;
}

const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmptyMap = (value: unknown) => isMap(value) && Object.keys(value as object).length === 0;

/**
 * `value` without the fields of `drop`; undefined when nothing of it is left. A whole list item goes only when nothing
 * below it is in `keep` (owned by somebody else).
 */
export function removeFields(value: unknown, drop: FieldSet, keep: FieldSet, shape: Shape): unknown {
  if (drop.member && isEmpty(keep)) return undefined;
  const entries = entriesOf(value, shape);
  if (!entries || drop.children.size === 0) return value;
  const left = new Map<string, unknown>();
  for (const [element, entry] of entries) {
    const gone = drop.children.get(element);
    const rest = gone
      ? removeFields(entry.value, gone, keep.children.get(element) ?? emptySet(), entry.shape)
      : entry.value;
    if (rest !== undefined) left.set(element, rest);
  }
  if (left.size === 0) return undefined;
  if (Array.isArray(value)) return [...left.values()];
  return Object.fromEntries([...left].map(([element, rest]) => [element.slice(2), rest]));
}
