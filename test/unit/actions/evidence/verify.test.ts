/** Which key a bundle is checked with, what is pinned, and that an exit status never calls something a verdict that is none. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, readVerdict, verifyEvidence } from '../../../../src/actions/evidence/verify.js';
import type { Context } from '../../../../src/actions/session/context.js';
import { openSigner } from '../../../../src/evidence/signing.js';
import { cleanVerdict, signedBundle, writtenVerdict } from '../../../fakes/clean-verdict.js';
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
    existingStateDir: () => undefined,
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
    expect(key.origin).toMatch(/; now pinned for omantel\.omani\.works (in a lab )?in /);
    expect(pinned()).not.toEqual([]);
    expect(await verifyEvidence(context(), file)).toMatchObject({ fqdn });
    await expect(verifyEvidence(context(), file, { pin: true })).rejects.toMatchObject({
      code: 'E1001',
      actions: ['add --key FILE'],
    });
  });

  it('compares two verdicts, each under the key of its Sovereign, and none that is not valid', async () => {
    const worse = await writtenVerdict({
      change: ({ report }) =>
        Object.assign(report.items.find(({ id }) => id === 'D21')!, {
          ...{ status: 'fail', reason: 'the console is away', evidence: undefined },
        }),
    });
    const both = (...keys: string[]) => {
      let asked = 0;
      return { ...context(), evidenceKeyOf: async () => keys[asked++] } as unknown as Context;
    };
    const { changes } = await changesBetween(both(publicKey, worse.signer.publicKey), file, worse.file);
    expect(changes).toEqual(
      expect.arrayContaining([
        { what: 'verdict', before: 'PASS', after: 'FAIL' },
        { what: 'D21', before: 'pass', after: 'fail: the console is away' },
      ]),
    );
    const stranger = (await openSigner(keeper())).publicKey;
    await expect(changesBetween(both(publicKey, stranger), file, worse.file)).rejects.toMatchObject({ code: 'E6101' });
  });
});
