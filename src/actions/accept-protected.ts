/** A person accepts what has changed of the protected set: from then on the state as it is now is what every command compares with. */
import { compareFingerprints, requireUnchanged } from '../mother/fingerprint/compare.js';
import { journaledEffects } from '../mother/fingerprint/declared-effects.js';
import type { Difference } from '../mother/fingerprint/difference.js';
import { takeFingerprint } from '../mother/fingerprint/fingerprint.js';
import { acceptFingerprint, differencesText, fingerprintBefore } from '../mother/fingerprint/protected-before.js';
import { refuseWrongName } from './session/confirmed-run.js';
import type { Context } from './session/context.js';
import { readJournal } from './session/read-journal.js';
import { openSession } from './session/session.js';

export interface Accepted {
  /** When the fingerprint was taken that they differ from; absent when there was none. */
  since?: string;
  differences: Difference[];
  accepted: boolean;
}

/**
 * Shows the differences, has them confirmed by the FQDN, and journals who accepted what.
 * @throws E4006 unconfirmed, E5003 when the set changes while it is read, E1202 while a run works
 */
export async function acceptProtected(context: Context, confirm?: string): Promise<Accepted> {
  const session = await openSession(context);
  const { world } = session;
  const kept = fingerprintBefore(world.stateDir);
  if (!kept) return { differences: [], accepted: false };
  const effects = journaledEffects(world.sovereign, readJournal(world.stateDir));
  const now = await takeFingerprint(world, { against: kept });
  const differences = compareFingerprints(kept, now, effects);
  for (const { what, before, after } of differences) context.output.note(`${what}: ${before} → ${after}`);
  const found = { since: kept.at, differences, accepted: false };
  if (context.options.dryRun) await refuseWrongName(context, confirm);
  if (differences.length === 0 || context.options.dryRun) return found;
  const { fqdn } = world.sovereign.spec;
  const what = `This accepts ${differencesText(differences)} of the protected set since ${kept.at}, as listed`;
  await context.confirmByName({ what, confirm });
  const journal = await session.journal();
  // Its pages are read twice, for what varies in them today.
  const fresh = await takeFingerprint(world);
  requireUnchanged({ ...now, pages: [] }, fresh, { label: 'While it was read' });
  const message = `accepted ${differencesText(differences)} of the protected set of the mother, as found for ${fqdn}`;
  journal.append({ kind: 'note', inputs: { message, since: kept.at, differences } });
  const acceptance = { at: fresh.at, by: session.by, since: kept.at, differences };
  acceptFingerprint(world.stateDir, { ...fresh, accepted: [...(kept.accepted ?? []), acceptance] });
  return { ...found, accepted: true };
}
