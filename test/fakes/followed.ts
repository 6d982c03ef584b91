/** A kill experiment with what Hubble saw on one node meanwhile. */
import type { FlowRow, FlowsSeen, Followed, NodeFlows } from '../../src/verification/experiment/flows/flows.js';
import { observed } from './observed-kill.js';

const { startedAt, window } = observed();
const begun = Date.parse(startedAt) / 1000;
/** Seconds since 1970, so many after the fault. */
export const afterFault = (seconds: number) => begun + window.faultAt / 1000 + seconds;

export const flowRow = (more: Partial<FlowRow> = {}): FlowRow => ({
  ...{ to: '192.0.2.80', port: 'tcp/443', verdict: 'FORWARDED', source: 'Deployment shop/web', at: [afterFault(10)] },
  ...more,
});

/** Followed from before the fault until after the undo. */
export const nodeFlows = (rows: FlowRow[] = [], more: Partial<NodeFlows> = {}): NodeFlows => ({
  ...{ node: 'cp1', from: afterFault(-60), to: afterFault(60), gaps: 0, lost: 0, rows },
  ...more,
});

export const followed = (flows?: FlowsSeen, more: Partial<Followed> = {}): Followed => {
  const { samples, probeClasses } = observed();
  return { startedAt, window, samples, probeClasses, ...(flows ? { flows } : {}), ...more };
};
