import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { payloadType, predicateType } from '../../../../src/evidence/bundle.js';
import { openSigner, seal, unseal } from '../../../../src/evidence/signing.js';
import { sha256 } from '../../../../src/support/hash.js';
import { packFiles } from '../../../../src/tools/tar/pack.js';
import type { DodReport } from '../../../../src/verification/dod/report.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { htmlReport } from '../../../../src/verification/report/html-report.js';
import { cleanVerdict, signedBundle } from '../../../fakes/clean-verdict.js';
import { keeper } from '../../../fakes/rehearsed.js';

const report: DodReport = {
  fqdn: 'omantel.omani.works',
  verdict: 'PARTIAL',
  complete: true,
  startedAt: '2026-11-22T10:00:00Z',
  finishedAt: '2026-11-22T10:05:00Z',
  lab: true,
  world: { kind: 'lab', id: '1f', name: 'default' },
  items: [
    { id: 'D1', title: 'one', status: 'pass', reason: 'seen', at: '2026-11-22T10:00:00Z', repeat: 'x' },
    { id: 'D20', title: 'two', status: 'not-checked', reason: '<script>alert(1)</script>', at: 'x', repeat: 'y' },
  ],
  journalLines: 1,
};

describe('the evidence bundle', () => {
  it('is valid, offline, under its key', async () => {
    const { file, signer } = await cleanVerdict();
    expect(await verifyBundle(file, signer.publicKey)).toMatchObject({ verdict: 'PASS', fqdn: report.fqdn });
  });

  it('is not valid under another key', async () => {
    const { file } = await cleanVerdict();
    const other = await openSigner(keeper());
    await expect(verifyBundle(file, other.publicKey)).rejects.toMatchObject({ code: 'E6101', exitCode: 3 });
  });

  it('is not valid when the signature names another key', async () => {
    const signer = await openSigner(keeper());
    const envelope = seal(signer, 'text/plain', { a: 1 });
    const [{ sig } = { sig: '' }] = envelope.signatures;
    const renamed = { ...envelope, signatures: [{ keyid: '0123456789abcdef', sig }] };
    expect(unseal(renamed, 'text/plain', signer.publicKey)).toBeUndefined();
  });

  it('fails when any one byte of what it holds is changed', async () => {
    const { file, signer } = await cleanVerdict();
    const bytes = readFileSync(file);
    const copy = join(mkdtempSync(join(tmpdir(), 'catalyst-bundle-')), 'changed.tar');
    for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 150)) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      writeFileSync(copy, changed);
      const ended = await verifyBundle(copy, signer.publicKey).then(
        () => 'valid',
        (error: { name: string }) => error.name,
      );
      expect(ended, `byte ${at}`).toBe('CatalystError');
    }
  });

  it('fails when the journal was changed', async () => {
    const { files, predicate, signer } = await cleanVerdict();
    files['journal.jsonl'] = files['journal.jsonl']!.replace('wizard', 'nobody');
    const file = await signedBundle({ files, predicate }, signer);
    await expect(verifyBundle(file, signer.publicKey)).rejects.toThrow(/chain is broken/);
  });

  it.each([
    ['its statement', 'https://openova.io/catalyst/definition-of-done/v2', 1],
    ['its index', predicateType, 2],
  ])('of a newer format by %s cannot be checked by this version', async (_, type, version) => {
    const { files, predicate } = await cleanVerdict();
    const signer = await openSigner(keeper());
    const index = `${JSON.stringify({ version, files: [] })}\n`;
    const subject = [{ name: 'index.json', digest: { sha256: sha256(index) } }];
    const envelope = seal(signer, payloadType, { subject, predicateType: type, predicate });
    const file = join(mkdtempSync(join(tmpdir(), 'catalyst-newer-')), 'dod.tar');
    const texts = {
      'statement.dsse.json': JSON.stringify(envelope),
      'index.json': index,
      'dod.json': files['dod.json']!,
    };
    const entries = Object.entries(texts).map(([path, text]) => ({ path, text }));
    writeFileSync(file, await packFiles(entries, { mode: 0o600, mtime: new Date(0) }));
    await expect(verifyBundle(file, signer.publicKey)).rejects.toMatchObject({
      ...{ code: 'E6111', exitCode: 3 },
      message: expect.stringMatching(/cannot be checked by this version: its format is 2/),
    });
  });

  // An owner of the key who puts anything into it makes nobody work for long.
  const huge = Array.from({ length: 200_000 }, () => '[').join('');
  it.each<[string, string, (text: string) => string]>([
    ['nests deeper than any stack', 'handover.json', () => huge + huge.replaceAll('[', ']')],
    ['has a window without an end', 'dod.json', (text) => replaced(text, '"endedAt": 30000', '"endedAt": 1e308')],
    ['has a sample of another age', 'dod.json', (text) => replaced(text, '"t": 30000', '"t": 1e300')],
    ['has a step of an endless phase', 'steps.json', (text) => replaced(text, '"phase": 8', '"phase": 1e9')],
  ])('that %s is refused at once', async (_, path, change) => {
    const { files, predicate, signer } = await cleanVerdict();
    files[path] = change(files[path]!);
    const file = await signedBundle({ files, predicate }, signer);
    await expect(verifyBundle(file, signer.publicKey)).rejects.toMatchObject({ code: 'E6101', exitCode: 3 });
  });
});

function replaced(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe('signatures', () => {
  it('are bound to the type of what they sign', async () => {
    const signer = await openSigner(keeper());
    const envelope = seal(signer, 'a', { x: 1 });
    expect(unseal(envelope, 'a', signer.publicKey)).toEqual({ x: 1 });
    expect(unseal({ ...envelope, payloadType: 'b' }, 'b', signer.publicKey)).toBeUndefined();
  });

  it('come from one key that is made once', async () => {
    const kept = keeper();
    expect((await openSigner(kept)).publicKey).toBe((await openSigner(kept)).publicKey);
  });
});

describe('the report', async () => {
  const html = await htmlReport({ report, steps: [], spans: [], tickets: [], forced: [], keyId: 'k', planHash: 'p' });
  it('says the verdict first, runs no script and loads nothing', () => {
    expect(html).not.toMatch(/<script/i);
    expect(html).not.toMatch(/src=|href="(?!#)/);
    expect(html.indexOf('PARTIAL')).toBeLessThan(html.indexOf('<section'));
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});
