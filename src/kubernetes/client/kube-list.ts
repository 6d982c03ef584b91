/** A list of objects, page by page. */
import { fail } from '../../support/errors/errors.js';
import { type Allowance, createAllowance, pageMs } from '../../tools/http/bounded.js';
import type { KubeObject } from './kube.js';

/** A list of more than half a million objects is none that we ask for. */
const mostPages = 1000;

/**
 * All items of a collection, 500 to a page, without the apiVersion and kind that a list leaves out of its items.
 * @param page gets one page by its path, within the time that the list has left
 * @throws E3102 when the pages do not end or hold something else
 */
export async function listPages(
  page: (path: string, time: Allowance) => Promise<KubeObject>,
  { collection, server, labelSelector }: { collection: string; server: string; labelSelector?: string | undefined },
): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  const time = createAllowance();
  let next = '';
  for (let pages = 1; ; pages += 1) {
    const query = new URLSearchParams({ limit: '500' });
    if (labelSelector) query.set('labelSelector', labelSelector);
    if (next) query.set('continue', next);
    const answer = await page(`${collection}?${query}`, time);
    time.earn(pageMs);
    items.push(...itemsOf(answer, collection));
    const more = (answer.metadata as { continue?: unknown }).continue;
    if (typeof more !== 'string' || more === '') return items;
    if (more === next || pages === mostPages)
      throw fail('E3102', `The API at ${server} returned endless pages for the list ${collection}.`);
    next = more;
  }
}

function itemsOf(page: KubeObject, path: string): KubeObject[] {
  const items: unknown = page.items ?? [];
  const whole = Array.isArray(items) && items.every((item) => typeof item?.metadata?.name === 'string');
  if (whole) return items as KubeObject[];
  throw fail('E3102', `Kubernetes answered GET ${path} with items that are not objects.`);
}
