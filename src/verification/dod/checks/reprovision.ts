/** D20: the signed bundle of a run that wiped the project and built the Sovereign again. */
import { parseJournal } from '../../../engine/journal-entry.js';
import { readBundle } from '../../../evidence/bundle.js';
import { openSigner } from '../../../evidence/signing.js';
import { messageOf } from '../../../support/errors/errors.js';
import { type Answer, failed, passed } from '../item.js';
import type { DodReport } from '../report.js';
import type { Scope } from '../scope.js';
import { verifyBundle } from '../verify-bundle.js';

export async function checkReprovision({ world, reprovision = '' }: Scope): Promise<Answer> {
  try {
    const { publicKey } = await openSigner(world.credentials);
    const held = await verifyBundle(reprovision, publicKey);
    const { files } = await readBundle(reprovision);
    const { entries } = parseJournal(String(files.get('journal.jsonl')), 'journal.jsonl');
    const report = JSON.parse(String(files.get('dod.json'))) as DodReport;
    const built = entries.findIndex((entry) => entry.kind === 'proof' && entry.step === 'cluster');
    // Leftovers of somebody's earlier try that #370 took away are no wipe of a Sovereign that stood.
    const wiped = entries.findIndex(
      (entry, index) =>
        built >= 0 &&
        index > built &&
        entry.kind === 'ok' &&
        entry.target?.kind === 'server' &&
        /^delete\b/.test(String(entry.inputs?.sentence)),
    );
    if (wiped < 0) return failed('its journal deletes no server of a cluster that existed: nothing was wiped');
    const later = entries.slice(wiped).filter((entry) => entry.kind === 'proof');
    const missing = ['cluster', '#385'].filter((id) => !later.some((entry) => entry.step === id));
    if (missing.length > 0) return failed(`after the wipe its journal proves no ${missing.join(', ')}`);
    const whole = report.items.find((item) => item.id === 'D1');
    if (whole?.status !== 'pass')
      return failed(`the Sovereign did not end in the same state: ${whole?.reason ?? 'D1 was not asked'}`);
    return passed(`${held.fqdn} was wiped and built again; its bundle of ${held.at} is valid`, held.checks);
  } catch (error) {
    return failed(messageOf(error));
  }
}
