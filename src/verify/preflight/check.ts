/** One read-only question to the world before anything is done. All are asked, at the same time; none may stop another. */
import { CatalystError, type ErrorDetails, messageOf } from '../../support/errors.js';

export interface CheckResult {
  id: string;
  title: string;
  status: 'pass' | 'warn' | 'fail';
  /** What was seen, or why it failed. */
  reason: string;
  /** What to type or change. */
  remedy: string[];
  /** Error code, when it failed with one. */
  code?: string;
}

export interface Check {
  id: string;
  title: string;
  /** Answers what was seen; a warning keeps the run going; a throw is the failure, its actions the remedy. */
  look(): Promise<string | { warn: string; remedy: string[] }>;
}

export async function runChecks(checks: readonly Check[], signal: AbortSignal): Promise<CheckResult[]> {
  const results = await Promise.all(checks.map(runCheck));
  signal.throwIfAborted();
  return results;
}

async function runCheck({ id, title, look }: Check): Promise<CheckResult> {
  try {
    const seen = await look();
    if (typeof seen === 'string') return { id, title, status: 'pass', reason: seen, remedy: [] };
    return { id, title, status: 'warn', reason: seen.warn, remedy: seen.remedy };
  } catch (error) {
    const known = error instanceof CatalystError ? error : undefined;
    const actions: ErrorDetails['actions'] = known?.actions ?? [];
    const remedy = actions.length > 0 ? [...actions] : [`catalyst explain ${known?.code ?? 'E9001'}`];
    return { id, title, status: 'fail', reason: messageOf(error), remedy, ...(known ? { code: known.code } : {}) };
  }
}
