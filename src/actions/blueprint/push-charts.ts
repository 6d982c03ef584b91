import type { Act } from '../../world/step.js';
import type { Context } from '../session/context.js';
import { openSession } from '../session/session.js';
import { withGate } from '../session/with-gate.js';

/** Runs `work` with the gate, as what pushes charts and images. */
export async function pushingCharts<T>(context: Context, work: (act: Act) => Promise<T>): Promise<T> {
  return withGate(await openSession(context), { id: 'charts', phase: 4 }, work);
}
