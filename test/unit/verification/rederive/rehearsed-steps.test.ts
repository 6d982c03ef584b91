import { expect, test } from 'vitest';
import { parseJournal } from '../../../../src/engine/journal-entry.js';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import { rehearsedSteps } from '../../../../src/verification/dod/checks/durations.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { readRaw } from '../../../../src/verification/rederive/raw-bundle.js';
import { renderReport } from '../../../../src/verification/rederive/report-data.js';
import { settle } from '../../../../src/verification/rederive/settle.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';

/** The clean verdict, whose D19 names what the rehearsal's journal has. */
async function rehearsedVerdict() {
  const { files, predicate, signer } = await cleanVerdict();
  const { entries } = parseJournal(files['reprovision/journal.jsonl']!, 'journal.jsonl');
  const steps = (JSON.parse(files['steps.json']!) as { id: string; phase: number }[]).filter(({ phase }) => phase < 8);
  const report = JSON.parse(files['dod.json']!);
  const d19 = report.items.find(({ id }: { id: string }) => id === 'D19');
  d19.evidence.rehearsed = rehearsedSteps(foldJournal(entries), steps);
  files['dod.json'] = JSON.stringify(report);
  const raw = () => readRaw((path) => files[path]);
  files['dod.json'] = JSON.stringify(await settle(raw(), 'dod'));
  files['report.html'] = await renderReport(raw(), signer.keyId);
  return { files, predicate, signer };
}

test('a verdict that compares with its rehearsal follows again from the journal of the rehearsal', async () => {
  const { files, predicate, signer } = await rehearsedVerdict();
  const checked = await verifyBundle(await signedBundle({ files, predicate }, signer), signer.publicKey);
  expect(checked.verdict).toBe('PASS');
  expect(checked.raw?.report.items.find(({ id }) => id === 'D19')?.reason).toContain('the rehearsal included');
});

test('and is no pass where the bundle does not have that journal', async () => {
  const { files } = await rehearsedVerdict();
  const without = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('reprovision/')));
  const again = await settle(
    readRaw((path) => without[path]),
    'dod',
  );
  expect(again.items.find(({ id }) => id === 'D19')).toMatchObject({ status: 'not-checked' });
});
