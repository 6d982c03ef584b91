/** Whether a resource is still the one that a plan recorded. Pure. */
import type { Resource } from '../../api/types.js';
import type { Row } from './row.js';
import { nameOf } from './verdict.js';

/** Why it is no longer what was planned, or undefined. */
export function changedSince(row: Row, now: Resource): string | undefined {
  if (nameOf(now) !== row.name) return `its name is now ${nameOf(now)}`;
  if (now.created !== row.created) return 'it is another resource under the same id';
  if (!sameLabels(row.labels, now.labels ?? {})) return 'its labels were changed since the plan';
  // The other way round is our own doing: a run that died between lifting the protection and the deletion.
  if (now.protection?.delete === true && !row.protected) return 'it was protected since the plan';
  return undefined;
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
