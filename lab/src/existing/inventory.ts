/**
 * What was made on a cluster that exists while a lab used it, object by object as its API server said so: what `lab down` takes
 * away again. Whatever is not in this list is not the lab's.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface InventoryObject {
  /** Path of its resource: `/api/v1/nodes/cp-1`. */
  path: string;
  uid: string;
}

export const inventoryFile = (directory: string, cluster: string) => join(directory, 'existing', `${cluster}.jsonl`);

export function addToInventory(file: string, object: InventoryObject): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${JSON.stringify(object)}\n`, { mode: 0o600 });
}

/** Oldest first; a line that was being written when the lab died is left out. */
export function readInventory(file: string): InventoryObject[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as InventoryObject] : [];
      } catch {
        return [];
      }
    });
}

const collection = /^\/(api\/v1|apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/[^/]+$/;
const single = /^\/(api\/v1|apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/[^/]+\/[^/]+$/;

/** The object that a write made, from its path and the answer 201; undefined when that made none (a review, a token). */
export function createdBy(method: string, path: string, answer: Buffer): InventoryObject | undefined {
  if (!(method === 'POST' ? collection : single).test(path)) return undefined;
  try {
    const { metadata } = JSON.parse(answer.toString('utf8')) as { metadata?: { name?: string; uid?: string } };
    if (!metadata?.name || !metadata.uid) return undefined;
    return { path: method === 'POST' ? `${path}/${metadata.name}` : path, uid: metadata.uid };
  } catch {
    return undefined;
  }
}
