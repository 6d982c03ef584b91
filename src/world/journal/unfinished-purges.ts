/** The unfinished purges of a Sovereign, as its journal vouches for them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type UnfinishedPurges, unfinishedPurges } from '../../hetzner/purge/plan/unfinished.js';
import type { World } from '../world.js';

export function unfinishedPurgesOf({ stateDir }: Pick<World, 'stateDir'>): UnfinishedPurges {
  const journal = join(stateDir, 'journal.jsonl');
  // A hash in a `plan` field is enough here: the chain of lines is checked by whoever opens the journal to write.
  const journaled = (hash: string) => existsSync(journal) && readFileSync(journal, 'utf8').includes(`"plan":"${hash}"`);
  return unfinishedPurges(join(stateDir, 'purges'), journaled);
}
