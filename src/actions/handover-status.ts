import { type HandoverRecord, type HandoverState, pendingStates, readRecord } from '../handover/record.js';
import type { World } from '../phases/world.js';

export interface HandoverStatus {
  /** `NONE` before PREPARED was reached. */
  state: HandoverState | 'NONE';
  history: { state: HandoverState; at: string }[];
  pending: HandoverState[];
  pointOfNoReturnAt?: string;
  items: HandoverRecord['items'];
  refusals: HandoverRecord['refusals'];
  revision?: string;
  erasedAt?: string;
  redirectedAt?: string;
}

export async function handoverStatus(world: World): Promise<HandoverStatus> {
  return statusOfRecord(await readRecord(world));
}

export function statusOfRecord(record: HandoverRecord | undefined): HandoverStatus {
  return {
    state: record?.state ?? 'NONE',
    history: record?.history ?? [],
    pending: pendingStates(record ?? ({} as HandoverRecord)),
    pointOfNoReturnAt: record?.pointOfNoReturnAt,
    items: record?.items ?? [],
    refusals: record?.refusals ?? [],
    revision: record?.revision,
    erasedAt: record?.erasedAt,
    redirectedAt: record?.redirectedAt,
  };
}

export function handoverText(status: HandoverStatus): string {
  const lines = [
    `handover ${status.state}`,
    ...status.history.map(({ state, at }) => `  ${state.padEnd(15)} ${at}`),
    ...(status.pending.length > 0 ? [`  pending: ${status.pending.join(' → ')}`] : []),
    ...(status.pointOfNoReturnAt ? [`  point of no return: ${status.pointOfNoReturnAt}`] : []),
    ...status.items.map((item) => `  ${item.fate.padEnd(8)} ${item.what}${item.reason ? ` (${item.reason})` : ''}`),
    ...status.refusals.map((one) => `  tried    ${one.what}: ${one.answer}${one.why ? ` (${one.why})` : ''}`),
  ];
  return lines.join('\n');
}
