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
    message: expect.stringContaining(`it names no verdict before it, and ${name} is older`),
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
/** Which key a bundle is checked with, what is pinned, and that an exit status never calls something a verdict that is none. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readVerdict, verifyEvidence } from '../../../../src/actions/evidence/verify.js';
import type { Context } from '../../../../src/actions/session/context.js';
import { openSigner } from '../../../../src/evidence/signing.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';
import { keeper } from '../../../fakes/rehearsed.js';

const fqdn = 'omantel.omani.works';
let file: string;
let publicKey: string;
let config: string;
let dryRun: boolean;
/** `own`: the key that this machine has of its own. */
const context = (own?: string) =>
  ({
    env: { XDG_CONFIG_HOME: config },
    evidenceKeyOf: async () => own,
    would: () => dryRun,
  }) as unknown as Context;
const pem = (key: string) => {
  const path = join(config, 'key.pem');
  writeFileSync(path, key);
  return path;
};
const pinned = () => readdirSync(config, { recursive: true }).filter((name) => String(name).includes(fqdn));

beforeEach(async () => {
  dryRun = false;
  const verdict = await cleanVerdict();
  file = await signedBundle(verdict, verdict.signer);
  publicKey = verdict.signer.publicKey;
  config = mkdtempSync(join(tmpdir(), 'evidence-config-'));
});

describe('verify evidence', () => {
  it('is valid under the key of this machine, and under one that is given', async () => {
    expect(await verifyEvidence(context(publicKey), file)).toMatchObject({ fqdn });
    expect(await verifyEvidence(context(), file, { keyFile: pem(publicKey) })).toMatchObject({ fqdn });
    expect(await readVerdict(context(publicKey), file)).toMatchObject({ fqdn, verdict: 'PASS' });
  });

  it('is not taken under another key, nor without any', async () => {
    const other = (await openSigner(keeper())).publicKey;
    await expect(verifyEvidence(context(), file, { keyFile: pem(other) })).rejects.toMatchObject({ code: 'E6101' });
    await expect(verifyEvidence(context(), file)).rejects.toMatchObject({ code: 'E6112' });
  });

  it('pins the key that was given once the bundle is valid under it, and then needs it no more', async () => {
    const keyFile = pem(publicKey);
    dryRun = true;
    await verifyEvidence(context(), file, { keyFile, pin: true });
    expect(pinned()).toEqual([]);
    dryRun = false;
    const { key } = await verifyEvidence(context(), file, { keyFile, pin: true });
    expect(key.origin).toMatch(/; now pinned for omantel\.omani\.works in /);
    expect(pinned()).not.toEqual([]);
    expect(await verifyEvidence(context(), file)).toMatchObject({ fqdn });
    await expect(verifyEvidence(context(), file, { pin: true })).rejects.toMatchObject({
      code: 'E1001',
      actions: ['add --key FILE'],
    });
  });
});
