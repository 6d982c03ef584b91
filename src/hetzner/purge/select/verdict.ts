/** Whether a resource is selected, and why. */
import { oneLine } from '../../../support/printable.js';
import type { Resource } from '../../api/types.js';
import type { Key } from '../../resources/kind.js';

/**
 * `dependsOn`: what the inferred ownership comes from; when that stays after all, so does this, unless it is `dependsOnGone`: then an
 * unfinished purge has deleted it. `silent`: no evidence but perhaps inferred ownership.
 */
export type Verdict = {
  selected: boolean;
  reason: string;
  goesWith?: string;
  dependsOn?: Key;
  dependsOnGone?: true;
  /** Evidence leads to it, but something that stays uses it. */
  kept?: true;
  silent?: true;
};

export const unselected = (reason: string): Verdict => ({ selected: false, reason });

/** On one line: it is shown to whoever confirms the deletion. Images have a description where others have a name. */
export function nameOf(item: Resource): string {
  return oneLine(item.name ?? (item as { description?: string }).description ?? '');
}
