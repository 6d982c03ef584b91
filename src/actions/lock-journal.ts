import { join } from 'node:path';
import { type Journal, openJournal } from '../phases/journal.js';
import type { Session } from './session.js';

/** Takes the Sovereign's lock and opens its journal for writing; everything that mutates begins here. The caller closes it. */
export async function lockJournal(session: Session): Promise<Journal> {
  const { world, by } = session;
  await session.lock();
  const { runId, clock, redactor } = world;
  return openJournal({ path: join(world.stateDir, 'journal.jsonl'), runId, by, clock, redactor });
}
