/** What is shown of a bundle, and that nobody takes it for checked when it was not. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportEvidence, newestBundle, showEvidence } from '../../../../src/actions/evidence/show.js';
import type { Context } from '../../../../src/actions/session/context.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';

const fqdn = 'omantel.omani.works';
let file: string;
let publicKey: string;
let stateDir: string;
/** `own`: the key that this machine has of its own. */
const context = (own?: string) =>
  ({
    env: { XDG_CONFIG_HOME: join(stateDir, 'config') },
    evidenceKeyOf: async () => own,
    existingStateDir: () => undefined,
    stateDir: async () => stateDir,
    signal: new AbortController().signal,
  }) as unknown as Context;

beforeEach(async () => {
  const verdict = await cleanVerdict();
  file = await signedBundle(verdict, verdict.signer);
  publicKey = verdict.signer.publicKey;
  stateDir = mkdtempSync(join(tmpdir(), 'state-'));
});

describe('evidence show', () => {
  it('shows the items of a bundle, and that it was checked now', async () => {
    const shown = await showEvidence(context(publicKey), file);
    expect(shown).toMatchObject({ fqdn, verdict: 'PASS', checked: { valid: true } });
    expect(shown.items.map(({ id }) => id)).toContain('D23');
    expect(shown.files).toContain('dod.json');
  });

  it('shows one that cannot be checked here as that, with why', async () => {
    expect((await showEvidence(context(), file)).checked).toMatchObject({ valid: false, why: expect.any(String) });
  });

  it('refuses one whose report is not a report', async () => {
    const verdict = await cleanVerdict();
    for (const text of ['not json', '{"fqdn":7}']) {
      verdict.files['dod.json'] = text;
      const broken = await signedBundle(verdict, verdict.signer);
      await expect(showEvidence(context(publicKey), broken)).rejects.toMatchObject({ code: 'E6110' });
    }
  });

  it('finds the newest of the state folder, and copies it with its key', async () => {
    const folder = join(stateDir, 'evidence');
    expect(() => newestBundle(stateDir)).toThrow(
      expect.objectContaining({ code: 'E6102', actions: ['catalyst verify dod'] }),
    );
    mkdirSync(folder);
    for (const name of ['dod-1.tar', 'dod-2.tar']) copyFileSync(file, join(folder, name));
    for (const name of ['dod-1.html', 'dod-2.html', 'evidence.pub']) writeFileSync(join(folder, name), name);
    const out = join(stateDir, 'out');
    const { files } = await exportEvidence(context(publicKey), out);
    expect(files).toEqual(['dod-2.tar', 'dod-2.html', 'evidence.pub'].map((name) => join(out, name)));
    expect(readFileSync(files[0]!)).toEqual(readFileSync(file));
    await expect(exportEvidence(context(publicKey), files[1]!)).rejects.toMatchObject({ code: 'E1201' });
  });
});
