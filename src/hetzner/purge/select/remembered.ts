/** Inferred ownership that an unfinished purge recorded before it deleted what the inference came from. Pure. */
import type { Resource, ResourceType } from '../../api/types.js';
import type { Chosen, InferredOwnership, Key } from '../../resources/kind.js';
import { changedSince } from './changed-since.js';
import type { Row } from './row.js';

const prefix = 'selected by an unfinished purge: ';

/** `row`: the selected row of that purge for `item`. It counts while `item` is as recorded and its owner is gone or is to go. */
export function rememberedOwnership(
  row: Row | undefined,
  item: Resource,
  chosen: Chosen,
  isThere: (key: string) => boolean,
): InferredOwnership | undefined {
  if (!row?.dependsOn || changedSince(row, item)) return undefined;
  const [type, id] = row.dependsOn.split('/');
  const gone = !isThere(row.dependsOn);
  if (!gone && !chosen(type as ResourceType, Number(id))) return undefined;
  return {
    reason: row.reason.startsWith(prefix) ? row.reason : `${prefix}${row.reason}`,
    dependsOn: row.dependsOn as Key,
    ...(row.goesWith ? { goes: true } : {}),
    ...(gone ? { gone: true } : {}),
  };
}
