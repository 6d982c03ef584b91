/** All objects of a kind, page by page, so that a large cluster never lies in memory as a whole. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { collectionOf, type ServedKind } from './kinds.js';

const pageSize = 200;
const mostPages = 5000;

/** Why a place could not be looked at: three different answers, none of them "nothing found". */
export class NotLooked extends Error {
  constructor(
    readonly answer: 'not served' | 'forbidden' | 'could not look',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Calls `visit` with each object, with the apiVersion and kind that a list leaves out; answers how many there are.
 * Throws NotLooked when the cluster does not give them.
 */
export async function eachObject(kube: Kube, kind: ServedKind, visit: (object: KubeObject) => void): Promise<number> {
  const collection = collectionOf(kind);
  const seen = new Set<string>();
  let next = '';
  for (let pages = 0; ; pages += 1) {
    if (pages > mostPages) throw new NotLooked('could not look', `the pages of ${collection} do not end`);
    const query = new URLSearchParams({ limit: String(pageSize), ...(next === '' ? {} : { continue: next }) });
    const { status, body } = await kube.raw(`${collection}?${query}`);
    if (status === 410 && next !== '') {
      // the list has grown too old to be continued; what was seen is not looked at twice
      next = '';
      continue;
    }
    if (status !== 200) throw refused(status, collection, body);
    const { items, more } = pageOf(body, collection);
    for (const item of items) {
      const key = `${item.metadata.namespace ?? ''}/${item.metadata.name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      visit({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
    }
    if (more === '') return seen.size;
    next = more;
  }
}

function refused(status: number, collection: string, body: string): NotLooked {
  if (status === 404) return new NotLooked('not served', `${collection} is listed by API discovery but not served`);
  if (status === 403 || status === 401)
    return new NotLooked('forbidden', `this login cannot list ${collection} (${status})`);
  return new NotLooked('could not look', `GET ${collection} answers ${status}: ${body.slice(0, 120)}`);
}

function pageOf(body: string, collection: string): { items: KubeObject[]; more: string } {
  try {
    const { items, metadata } = JSON.parse(body) as { items?: unknown; metadata?: { continue?: unknown } };
    const list = items === null ? [] : items;
    if (Array.isArray(list) && list.every((item) => typeof item?.metadata?.name === 'string'))
      return { items: list as KubeObject[], more: String(metadata?.continue ?? '') };
  } catch {
    // said below
  }
  throw new NotLooked('could not look', `${collection} returned something that is not a list of objects`);
}
