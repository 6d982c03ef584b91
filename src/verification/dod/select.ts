/** Which items a verification takes, and what it needs for that: no more than was asked for. */
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import { fail } from '../../support/errors/errors.js';
import { checklist, type Item } from './checklist.js';

export interface Selection {
  only?: readonly string[];
  skip?: readonly string[];
}

/** Between two starts of one probe, in milliseconds. */
export const probeEveryMs = 500;
/** A shorter window has too few samples to show anything. */
const fewestIntervals = 10;
export const leastWindowMs = fewestIntervals * probeEveryMs;

/**
 * Items to take, in the order of the checklist: with `only`, those and what answers them (`W5` is answered by D17); what `skip` names
 * is not taken, whatever would be answered by it. Throws E1001 on an id that is none.
 */
export function selectItems({ only = [], skip = [] }: Selection): readonly Item[] {
  const known = new Map(checklist.map((item) => [item.id, item]));
  const idOf = (text: string) => {
    const id = text.toUpperCase();
    if (known.has(id)) return id;
    throw fail('E1001', `There is no item ${text}; items are D1 to D23 and W1 to W13.`, {
      actions: [command('verify dod', { help: true })],
    });
  };
  const skipped = new Set(skip.map(idOf));
  const asked = only.map(idOf);
  const wanted = new Set(only.length === 0 ? known.keys() : asked.flatMap((id) => [id, ...(known.get(id)?.of ?? [])]));
  return checklist.filter(({ id }) => wanted.has(id) && !skipped.has(id));
}

/** Whether one of them is taken. All but D1 change something themselves, beside the proofs that they take: a commit, Jobs on nodes, a Job on the mother, a certificate, a server, a stop, a cut, a black start. */
export const takes = (items: readonly Item[], id: 'D1' | 'D3' | 'D5' | 'D13' | 'D14' | 'D15' | 'D17' | 'D22' | 'D23') =>
  items.some((item) => item.id === id);

/** They add or stop servers, or cut them off: what is looked at twice does not have them in between. */
const unsettling = new Set(['D13', 'D22', 'D23']);

/**
 * In the order in which they are taken, which is the checklist's but for D1: half a minute lies between its two looks, and the other
 * items are taken in it, unless the kill already fills it. Those that are made of others stay behind all of them.
 */
export function inTurn(items: readonly Item[]): readonly Item[] {
  const releases = items.find(({ id }) => id === 'D1');
  if (releases === undefined || takes(items, 'D17')) return items;
  const rest = items.filter((item) => item !== releases);
  const isLater = ({ id }: Item) => id.startsWith('W') || unsettling.has(id);
  return [...rest.filter((item) => !isLater(item)), releases, ...rest.filter(isLater)];
}

/** Throws E1001 for a window in which each probe would start less than ten times. */
export function requireWindow(windowMs: number | undefined): void {
  if (windowMs === undefined || windowMs >= leastWindowMs) return;
  throw fail(
    'E1001',
    `A window of ${windowMs} ms is too short to show anything: each probe starts every ${probeEveryMs} ms and needs ten samples, which is ${formatDuration(leastWindowMs)}.`,
    { actions: [command('verify dod', { window: '5m' })] },
  );
}
