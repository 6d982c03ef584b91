/** The patch formats besides server-side apply: JSON merge patch, and what kubectl sends of strategic merge patch. */
import type { Shape } from '../kinds/shape.js';
import { badRequest } from '../requests/status.js';
import { mergeFields } from './merge-fields.js';

type Json = Record<string, unknown>;
const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Json = isMap(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/**
 * Strategic merge patch: keyed lists merge, null takes a field away. Of its directives those that only order are passed over; whatever
 * takes away is refused.
 */
export function strategicPatch(target: unknown, patch: unknown, shape: Shape): unknown {
  return withoutNulls(mergeFields(target, withoutOrders(patch), shape));
}

/** Built-in kinds have no field whose value is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const fields = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(fields.map(([name, one]) => [name, withoutNulls(one)]));
}

function withoutOrders(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(withoutOrders);
  if (!isMap(patch)) return patch;
  const directive = Object.keys(patch).find((name) => name.startsWith('$') && !name.startsWith('$setElementOrder/'));
  if (directive) throw badRequest(`this API server does not act on ${directive} of a strategic merge patch`);
  const fields = Object.entries(patch).filter(([name]) => !name.startsWith('$'));
  return Object.fromEntries(fields.map(([name, value]) => [name, withoutOrders(value)]));
}
