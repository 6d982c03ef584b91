/** One item of the checklist and its answer. A check that could not run says so; it is never a pass. */
import type { Experiment } from '../experiment/experiment.js';

/** `left-out`: not asked for, or nothing of this world; it is listed and does not lower the verdict. */
export type ItemStatus = 'pass' | 'fail' | 'not-checked' | 'left-out';

export interface Answer {
  status: ItemStatus;
  reason: string;
  /** What was observed, raw: status and reason follow from it again offline (verification/rederive). */
  evidence?: unknown;
  /** Ids of the items from whose answers this one follows: their reasons are its reasons. */
  follows?: readonly string[];
  /** The experiment that it is made of did not do what it claims: nothing follows from it. */
  invalid?: true;
}

export interface ItemResult extends Answer {
  id: string;
  title: string;
  at: string;
  /** How to take it again by hand. */
  repeat: string;
}

export type Verdict = 'PASS' | 'FAIL' | 'INVALID' | 'PARTIAL';

export const passed = (reason: string, evidence?: unknown): Answer => ({ status: 'pass', reason, evidence });
export const failed = (reason: string, evidence?: unknown): Answer => ({ status: 'fail', reason, evidence });
export const invalid = (reason: string, evidence?: unknown): Answer => ({
  status: 'fail',
  reason: `invalid: ${reason}`,
  invalid: true,
  ...(evidence === undefined ? {} : { evidence }),
});
export const notChecked = (reason: string, evidence?: unknown): Answer => ({ status: 'not-checked', reason, evidence });
export const leftOut = (reason: string, evidence?: unknown): Answer => ({ status: 'left-out', reason, evidence });

/** Fails when one fails, is not checked when one is not, passes when all pass. */
export function allOf(answers: readonly (Answer & { id?: string })[]): Answer {
  const told = (one: Answer & { id?: string }) => (one.id ? `${one.id}: ${one.reason}` : one.reason);
  const bad = answers.filter((one) => one.status === 'fail');
  if (bad.length > 0) return failed(bad.map(told).join('; '));
  const open = answers.filter((one) => one.status !== 'pass');
  if (open.length > 0) return notChecked(open.map(told).join('; '));
  return answers.length === 0 ? notChecked('nothing to look at') : passed(answers.map(told).join('; '));
}

/**
 * The verdict follows from the items and the experiment alone, so that it can be derived again from a bundle, offline.
 * `selected` says whether all items were asked for.
 */
export function verdictOf(
  items: readonly Pick<ItemResult, 'id' | 'status' | 'invalid'>[],
  experiment: Pick<Experiment, 'valid'> | undefined,
  selected: boolean,
): Verdict {
  if ((experiment && !experiment.valid) || items.some((item) => item.invalid)) return 'INVALID';
  if (items.some((item) => item.status === 'fail')) return 'FAIL';
  if (!selected || items.some((item) => item.status === 'not-checked')) return 'PARTIAL';
  return items.length > 0 ? 'PASS' : 'PARTIAL';
}
