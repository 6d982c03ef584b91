/** `verify evidence` on a machine that knows more of a Sovereign than the bundle says. */
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyEvidence } from '../../../../src/actions/evidence/verify.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';

async function verified(more: { stateDir?: string; file: string }) {
  const { signer } = await cleanVerdict();
  const context = {
    env: { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'catalyst-config-')) },
    evidenceKeyOf: async () => signer.publicKey,
    existingStateDir: () => more.stateDir,
    would: () => false,
  };
  return verifyEvidence(context, more.file);
}

/** A bundle that ends later than the clean verdict, and names nothing before it. */
async function later() {
  const { files, predicate, signer } = await cleanVerdict();
  const finishedAt = '2026-11-22T10:05:01.000Z';
  const report = { ...JSON.parse(files['dod.json']!), finishedAt };
  const { readRaw } = await import('../../../../src/verification/rederive/raw-bundle.js');
  const { renderReport } = await import('../../../../src/verification/rederive/report-data.js');
  files['dod.json'] = `${JSON.stringify(report, null, 2)}\n`;
  files['report.html'] = await renderReport(
    readRaw((path) => files[path]),
    signer.keyId,
  );
  return signedBundle({ files, predicate: { ...predicate, at: finishedAt } }, signer);
}

const evidenceOfClean = async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'catalyst-state-'));
  const { file } = await cleanVerdict();
  mkdirSync(join(stateDir, 'evidence'));
  copyFileSync(file, join(stateDir, 'evidence', basename(file)));
  return { stateDir, name: basename(file) };
};

test('a verdict that names none before it is refused where this machine has an older one of that Sovereign', async () => {
  const file = await later();
  expect(await verified({ file })).toMatchObject({ verdict: 'PASS' });
  const { stateDir, name } = await evidenceOfClean();
  await expect(verified({ file, stateDir })).rejects.toMatchObject({
    code: 'E6101',
    message: expect.stringContaining(`it names no previous verdict, but ${name} is older`),
  });
});

test('and where an older one lies beside it; the older one itself is the first', async () => {
  const { stateDir, name } = await evidenceOfClean();
  const beside = join(stateDir, 'evidence', 'dod-2026-11-22T10-05-01-000Z-pass.tar');
  copyFileSync(await later(), beside);
  await expect(verified({ file: beside })).rejects.toMatchObject({ code: 'E6101' });
  expect(await verified({ file: join(stateDir, 'evidence', name), stateDir })).toMatchObject({ verdict: 'PASS' });
});

test('what another version wrote passes by the measures of this one, and what was not compared is said', async () => {
  const { files, predicate, signer } = await cleanVerdict();
  const file = await signedBundle({ files, predicate: { ...predicate, by: 'catalyst/0.0.9' } }, signer);
  expect((await verified({ file })).notCompared).toMatch(
    /catalyst\/0\.0\.9 wrote it and this is catalyst\/0\.1\.0, so its page/,
  );
  expect(await verified({ file: await signedBundle({ files, predicate }, signer) })).not.toHaveProperty('notCompared');
});
