/** How long each step is expected to take: as it did in earlier runs on this machine, else as the WBS estimates it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scanJournal } from '../../engine/journal-entry.js';
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import type { StepNode } from '../../engine/step.js';
import { bindingOf } from '../../world/journal/journal-binding.js';
import type { World } from '../../world/world.js';

/**
 * Milliseconds by the id of the step; a step of which nothing is known is left out. Estimates are those of a real Sovereign, so that
 * in a lab only what was measured counts: in this journal, or in that of another Sovereign of the same lab, such as its rehearsal.
 */
export async function expectedDurations(
  world: Pick<World, 'stateDir' | 'identity'>,
  state: Pick<JournalState, 'durations'>,
  steps: readonly Pick<StepNode, 'id' | 'estimateMinutes'>[],
): Promise<Map<string, number>> {
  const kind = (await world.identity().catch(() => undefined))?.kind;
  const known = new Map(state.durations);
  if (steps.some(({ id }) => !known.has(id)))
    for (const [id, measured] of siblingDurations(world.stateDir, kind)) if (!known.has(id)) known.set(id, measured);
  const expected = new Map<string, number>();
  for (const { id, estimateMinutes } of steps) {
    const measured = known.get(id);
    if (measured) expected.set(id, median(measured.slice(-5)));
    else if (estimateMinutes !== undefined && kind === 'real') expected.set(id, estimateMinutes * 60_000);
  }
  return expected;
}

/** What other Sovereigns of the same kind of world took; a journal that cannot be read says nothing. */
function siblingDurations(stateDir: string, kind: string | undefined): Map<string, number[]> {
  const all = new Map<string, number[]>();
  const root = dirname(stateDir);
  for (const name of existsSync(root) ? readdirSync(root) : []) {
    const path = join(root, name, 'journal.jsonl');
    if (join(root, name) === stateDir || !existsSync(path)) continue;
    try {
      const { entries } = scanJournal(readFileSync(path));
      if (bindingOf(entries)?.world?.kind !== kind) continue;
      for (const [id, measured] of foldJournal(entries).durations) all.set(id, [...(all.get(id) ?? []), ...measured]);
    } catch {
      // another's journal is of interest, not of need
    }
  }
  return all;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
