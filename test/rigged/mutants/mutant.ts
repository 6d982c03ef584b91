/** One single change of a world in which everything passes, and the item of the checklist that must notice it. */
import type { Answer } from '../../../src/verification/dod/item.js';
import type { Random } from './random.js';

export interface Mutant {
  item: string;
  /** What was changed, for whoever reads of a survivor. */
  change: string;
  /** Runs that item alone. */
  judge(): Promise<Answer>;
  /** Set where it may survive: which of the limits that docs/evidence.md explains lets it. */
  limit?: string;
  /** Of a scan: by what its finding must be known, so that nothing else has made the item fail. */
  finds?: (finding: { id: string; where: string; what: string }) => boolean;
}

/** One change of those that a grammar can make. */
export type Grammar = (random: Random) => Mutant | Promise<Mutant>;

/** A mutant that its item has not noticed survives. */
export async function survives({ judge, finds }: Mutant): Promise<boolean> {
  const { status, evidence } = await judge();
  if (status === 'pass') return true;
  const { findings } = (evidence ?? {}) as { findings?: Parameters<NonNullable<typeof finds>>[0][] };
  return finds !== undefined && findings?.some(finds) === false;
}
