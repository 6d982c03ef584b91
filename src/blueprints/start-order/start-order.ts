/** In which order a Sovereign comes up again after all its machines were off, by the hard needs of its parts. Pure. */
import type { StartNeed } from './start-needs.js';

export interface StartOrder {
  /** What can start at the same time, each wave after the one before; what is in a cycle, or waits for one, is in none. */
  waves: string[][];
  /** Hard needs that lead back to where they began: none of these parts ever starts. */
  cycles: StartNeed[][];
}

export function startOrder(needs: readonly StartNeed[]): StartOrder {
  const hard = needs.filter((need) => need.hard);
  const left = new Set(needs.flatMap(({ from, to }) => [from, to]));
  const waves: string[][] = [];
  for (;;) {
    const free = [...left].filter((node) => !hard.some(({ from, to }) => from === node && left.has(to))).sort();
    if (free.length === 0) break;
    waves.push(free);
    for (const node of free) left.delete(node);
  }
  return { waves, cycles: cyclesAmong([...left].sort(), hard) };
}

/** One for each group of parts that need each other, as short as it is. */
function cyclesAmong(nodes: readonly string[], hard: readonly StartNeed[]): StartNeed[][] {
  const found: StartNeed[][] = [];
  const told = new Set<string>();
  for (const node of nodes) {
    if (told.has(node)) continue;
    const cycle = shortestWayBack(node, hard);
    for (const { from } of cycle) told.add(from);
    if (cycle.length > 0) found.push(cycle);
  }
  return found;
}

function shortestWayBack(node: string, hard: readonly StartNeed[]): StartNeed[] {
  let ways: StartNeed[][] = hard.filter(({ from }) => from === node).map((need) => [need]);
  const seen = new Set<string>();
  while (ways.length > 0) {
    const back = ways.find((way) => way.at(-1)!.to === node);
    if (back) return back;
    ways = ways.flatMap((way) => {
      const { to } = way.at(-1)!;
      if (seen.has(to)) return [];
      seen.add(to);
      return hard.filter(({ from }) => from === to).map((need) => [...way, need]);
    });
  }
  return [];
}

/** `bp-openbao → bp-x → bp-openbao (bp-openbao calls …; bp-x reads …)`. */
export function cycleText(cycle: readonly StartNeed[]): string {
  const path = [...cycle.map(({ from }) => from), cycle[0]?.from ?? ''].join(' → ');
  return `${path} (${cycle.map(({ from, why }) => `${from} ${why}`).join('; ')})`;
}
