import { endsTheRun } from '../support/errors/ends-the-run.js';
import { messageOf } from '../support/errors/errors.js';
import { settleAll } from '../support/settle-all.js';
import { NotLooked } from './cluster/objects.js';
import type { Finding, ScanResult } from './scan.js';

/** One place to look at: what it is, how, and what was found there. */
export interface ScanPlace {
  place: string;
  how: string;
  /** The findings; with the number of objects that were looked at where that says how thoroughly. */
  look(): Promise<Finding[] | { findings: Finding[]; count: number }>;
}

/** Looks everywhere; a place that cannot be looked at is told as such and never counts as empty. Throws what ends the run. */
export async function scanPlaces(places: readonly ScanPlace[]): Promise<ScanResult> {
  // All of them settle before one ends the run: none goes on behind its back.
  const results = await settleAll(
    places.map(async ({ place, how, look }) => {
      try {
        const seen = await look();
        const { findings, ...count } = Array.isArray(seen) ? { findings: seen } : seen;
        return {
          findings,
          looked: { place, how, ok: true, answer: 'looked' as const, found: findings.length, ...count },
        };
      } catch (error) {
        if (endsTheRun(error)) throw error;
        const answer = error instanceof NotLooked ? error.answer : ('could not look' as const);
        return { findings: [], looked: { place, how, ok: false, answer, error: messageOf(error) } };
      }
    }),
  );
  return { findings: results.flatMap((one) => one.findings), looked: results.map((one) => one.looked) };
}
