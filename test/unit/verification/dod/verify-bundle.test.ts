import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBundle } from '../../../../src/evidence/bundle.js';
import { openSigner, seal, unseal } from '../../../../src/evidence/signing.js';
import type { DodReport } from '../../../../src/verification/dod/report.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { htmlReport } from '../../../../src/verification/report/html-report.js';

function keeper() {
  const kept = new Map<string, string>();
  return {
    find: async (name: string) => kept.get(name),
    set: async (name: string, value: string) => void kept.set(name, value),
  };
}

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
};

async function bundle(change: (files: Record<string, string>) => void = () => {}, verdict: string = report.verdict) {
  const signer = await openSigner(keeper());
  const file = join(mkdtempSync(join(tmpdir(), 'catalyst-bundle-')), 'dod.tar');
  const files: Record<string, string> = { 'dod.json': JSON.stringify(report), 'journal.jsonl': '', 'spec.json': '{}' };
  change(files);
  const { fqdn, finishedAt: at, lab, world } = report;
  const predicate = { fqdn, verdict, at, runId: 'r', planHash: 'p', lab, world };
  await writeBundle({ file, files, predicate, signer });
  return { file, signer };
}

describe('the evidence bundle', () => {
  it('holds, offline, under its key', async () => {
    const { file, signer } = await bundle();
    expect(await verifyBundle(file, signer.publicKey)).toMatchObject({ verdict: 'PARTIAL', fqdn: report.fqdn });
  });

  it('does not hold under another key', async () => {
    const { file } = await bundle();
    const other = await openSigner(keeper());
    await expect(verifyBundle(file, other.publicKey)).rejects.toMatchObject({ code: 'E6101', exitCode: 3 });
  });

  it('does not hold when the signature names another key', async () => {
    const signer = await openSigner(keeper());
    const envelope = seal(signer, 'text/plain', { a: 1 });
    const [{ sig } = { sig: '' }] = envelope.signatures;
    const renamed = { ...envelope, signatures: [{ keyid: '0123456789abcdef', sig }] };
    expect(unseal(renamed, 'text/plain', signer.publicKey)).toBeUndefined();
  });

  it('fails when any one byte of what it holds is changed', async () => {
    const { file, signer } = await bundle();
    const bytes = readFileSync(file);
    const copy = `${file}.changed`;
    for (let at = 3; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      writeFileSync(copy, changed);
      const ended = await verifyBundle(copy, signer.publicKey).then(
        () => 'held',
        (error: { name: string }) => error.name,
      );
      expect(ended, `byte ${at}`).toBe('CatalystError');
    }
  });

  it.each([
    ['claims to be no lab', { lab: false }],
    ['names another world', { world: { kind: 'lab', id: '2f', name: 'default' } }],
    ['leaves the world out', { world: undefined }],
  ])('fails when it %s than its statement, though all is signed', async (_, change) => {
    const { file, signer } = await bundle((files) => {
      files['dod.json'] = JSON.stringify({ ...report, ...change });
    });
    await expect(verifyBundle(file, signer.publicKey)).rejects.toThrow(/the world in its report is not that of its/);
  });

  it('fails when the verdict does not follow from the items, though all is signed', async () => {
    const { file, signer } = await bundle((files) => {
      files['dod.json'] = JSON.stringify({ ...report, verdict: 'PASS' });
    }, 'PASS');
    await expect(verifyBundle(file, signer.publicKey)).rejects.toThrow(
      /its verdict is PASS, but its items give PARTIAL/,
    );
  });

  it('fails when the journal was changed', async () => {
    const { file, signer } = await bundle((files) => {
      files['journal.jsonl'] =
        '{"v":1,"seq":1,"prev":"zzz","run":"r","kind":"note","at":"2026-11-23T02:00:00Z","by":"y"}\n';
    });
    await expect(verifyBundle(file, signer.publicKey)).rejects.toThrow(/chain is broken/);
  });
});

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
    expect(html).not.toMatch(/(src|href)=/);
    expect(html.indexOf('PARTIAL')).toBeLessThan(html.indexOf('Checklist'));
    expect(html).toContain('&lt;script&gt;alert(1)');
  });
});
