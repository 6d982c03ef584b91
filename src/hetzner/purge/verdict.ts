/** Whether a resource is selected, and why. */
import type { Resource, ResourceType } from '../types.js';

/** `server/42` */
export type Key = `${ResourceType}/${number}`;

export const keyOf = (type: ResourceType, id: number): Key => `${type}/${id}`;

/** `hangsOn`: what a thread leads to; when that stays after all, so does this. `silent`: nothing speaks for it but perhaps a thread. */
export type Verdict = { selected: boolean; reason: string; goesWith?: string; hangsOn?: Key; silent?: true };

export const no = (reason: string): Verdict => ({ selected: false, reason });

/** Images have a description where others have a name. */
export function nameOf(item: Resource): string {
  return item.name ?? (item as { description?: string }).description ?? '';
}
