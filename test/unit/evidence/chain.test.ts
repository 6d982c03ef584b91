import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBundle } from '../../../src/evidence/bundle.js';
import { newestIn } from '../../../src/evidence/chain.js';
import { sha256 } from '../../../src/support/hash.js';
import { verifyBundle } from '../../../src/verification/dod/verify-bundle.js';
import { cleanVerdict, signedBundle } from '../../fakes/clean-verdict.js';

const first = 'dod-2026-11-22T10-00-00-000Z-fail.tar';

describe('verdicts on one Sovereign', () => {
  it('name the newest before them, whatever it is of and whatever it was', () => {
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-chain-'));
    expect(newestIn(join(folder, 'none'))).toBeUndefined();
    for (const name of [first, 'rehearsal-2026-11-21T10-00-00-000Z-partial.tar', 'evidence.pub', 'dod.tar'])
      writeFileSync(join(folder, name), name);
    expect(newestIn(folder)).toEqual({ bundle: first, sha256: sha256(first) });
  });

  async function second() {
    const { files, predicate, signer } = await cleanVerdict();
    predicate.previous = { bundle: first, sha256: sha256('whole') };
    const file = await signedBundle({ files, predicate }, signer);
    const beside = join(file, '..', first);
    return { file, beside, key: signer.publicKey };
  }

  it('are compared with the one before them where that is beside them', async () => {
    const { file, beside, key } = await second();
    expect((await verifyBundle(file, key)).checks.at(-1)).toContain('is not in the same folder');
    writeFileSync(beside, 'whole');
    expect((await verifyBundle(file, key)).checks.at(-1)).toContain(`${first} (sha256`);
    writeFileSync(beside, 'another');
    await expect(verifyBundle(file, key)).rejects.toThrow(
      `${first} in the same folder is not the previous verdict or round`,
    );
    rmSync(beside);
    mkdirSync(beside);
    await expect(verifyBundle(file, key)).rejects.toThrow('is not the previous verdict or round');
  });

  it('are there whole or not at all, so that none is named that a kill or a full disk has cut short', async () => {
    const { files, predicate, signer } = await cleanVerdict();
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-chain-'));
    const [file, link] = [join(folder, first), join(folder, 'link')];
    writeFileSync(file, 'old');
    linkSync(file, link);
    await writeBundle({ file, files, predicate, signer });
    // the name was moved to what was written aside, and nothing was written into the file that had it
    expect(readFileSync(link, 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual([first, 'link']);
    expect(await verifyBundle(file, signer.publicKey)).toMatchObject({ verdict: 'PASS' });
  });

  it('name no file outside of their folder', async () => {
    const { files, predicate, signer } = await cleanVerdict();
    predicate.previous = { bundle: '../../../etc/passwd', sha256: 'x' };
    const file = await signedBundle({ files, predicate }, signer);
    expect((await verifyBundle(file, signer.publicKey)).checks.at(-1)).toContain('is not in the same folder');
  });
});
