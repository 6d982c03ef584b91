import type { Act } from '../phases/gate.js';
import type { Context } from './context.js';
import { openSession } from './session.js';
import { withGate } from './with-gate.js';

/** Runs `work` with the gate; in a dry-run with one that only tells what it would do and answers an empty digest. */
export async function pushingCharts<T>(context: Context, work: (act: Act) => Promise<T>): Promise<T> {
  if (!context.options.dryRun) return withGate(await openSession(context), { id: 'charts', phase: 4 }, work);
  const told: Act = async ({ sentence }) => {
    context.output.note(`would ${sentence}`);
    return '' as never;
  };
  return work(told);
}
