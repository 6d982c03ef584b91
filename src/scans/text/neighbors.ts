/**
 * A name that is split over two values beside each other, as `HOST=openova` and `DOMAIN=.io` in one environment. The rule is bounded, so
 * that it stays explainable: two values of one list or one map, of at most 253 characters each and at most 100 of them, whose end and
 * beginning give the name when they are put together as they are or with a dot between. Three parts are not put together, and nothing over
 * the borders of a container, a map or an object. Pure.
 */

const most = 100;
const longest = 253;

export interface Split {
  /** The name that the two give. */
  name: string;
  /** Positions in the list. */
  parts: [number, number];
}

const isNamePart = (character: string | undefined) => character !== undefined && /[a-z0-9-]/.test(character);

/** Heads and tails of a name at every place where it can be cut; between both a dot may have been left out. */
export function cutsOf(name: string, anywhere: boolean): { head: string; tail: string }[] {
  const cuts: { head: string; tail: string }[] = [];
  for (let at = 1; at < name.length; at += 1) {
    const [head, tail] = [name.slice(0, at), name.slice(at)];
    const atDot = head.endsWith('.') || tail.startsWith('.');
    if (atDot || anywhere) cuts.push({ head, tail });
    if (tail.startsWith('.')) cuts.push({ head, tail: tail.slice(1) });
  }
  return cuts;
}

export interface Cut {
  name: string;
  head: string;
  tail: string;
}

/** @param values in lower case */
export function splitNames(values: readonly (string | undefined)[], cuts: readonly Cut[]): Split[] {
  const short = values
    .slice(0, most)
    .map((value) => (value !== undefined && value.length > 0 && value.length <= longest ? value : undefined));
  const found: Split[] = [];
  for (const cut of cuts) {
    const first = short.findIndex((value) => value !== undefined && endsIn(value, cut.head));
    if (first < 0) continue;
    const second = short.findIndex((value, at) => at !== first && value !== undefined && beginsWith(value, cut.tail));
    if (second >= 0) found.push({ name: cut.name, parts: [first, second] });
  }
  return found;
}

const endsIn = (value: string, head: string) =>
  value.endsWith(head) && !isNamePart(value[value.length - head.length - 1]);

function beginsWith(value: string, tail: string): boolean {
  if (!value.startsWith(tail)) return false;
  const after = value[tail.length];
  return !isNamePart(after) && !(after === '.' && isNamePart(value[tail.length + 1]));
}
