import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../../../src/evidence/bundle.js';
import { openSigner, type Signer } from '../../../src/evidence/signing.js';
import type { DodReport } from '../../../src/verification/dod/report.js';
import { verifyBundle } from '../../../src/verification/dod/verify-bundle.js';
import { cleanVerdict, signedBundle } from '../../fakes/clean-verdict.js';
import { editsOf, hold, seed, slowCases } from './cases.js';

const report = {
  fqdn: 'omantel.omani.works',
  verdict: 'PARTIAL',
  complete: true,
  startedAt: '2026-11-22T10:00:00Z',
  finishedAt: '2026-11-22T10:05:00Z',
  lab: true,
  world: { kind: 'lab', id: '1f', name: 'default' },
  items: [
    { id: 'D17', title: 'one', status: 'pass', reason: 'seen', at: '2026-11-22T10:00:00Z', repeat: 'x' },
    { id: 'D20', title: 'two', status: 'not-checked', reason: 'no', at: 'x', repeat: 'y' },
  ],
  experiment: {
    lab: true,
    valid: true,
    passed: true,
    problems: [],
    window: { requestedMs: 1000, from: 0, to: 1000 },
    control: { url: 'https://x', turnedRed: true, redMs: 1000 },
    undo: { job: 'undo' },
    probes: [{ name: 'dns', class: 'dns', samples: 1, failures: 0, longestOutageMs: 0, p50: 1, p95: 1, max: 1 }],
    samples: [{ probe: 'dns', at: 1, ok: true, ms: 1 }],
    exercises: [],
    notExercised: [],
  },
} as unknown as DodReport;
const predicate = {
  fqdn: report.fqdn,
  verdict: report.verdict,
  at: report.finishedAt,
  runId: 'r',
  planHash: 'p',
  lab: true,
  world: report.world,
  ...{ complete: true, by: 'catalyst/0.1.0', kind: 'dod' as const },
};

let dir: string;
let signer: Signer;
let sound: Buffer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const kept = new Map<string, string>();
  signer = await openSigner({
    find: async (name) => kept.get(name),
    set: async (name, key) => void kept.set(name, key),
  });
  const file = join(dir, 'sound.tar');
  await writeBundle({ file, files: { 'dod.json': '{}', 'journal.jsonl': '' }, predicate, signer });
  sound = readFileSync(file);
});
afterAll(() => rmSync(dir, { recursive: true }));

const verify = (file: string) =>
  hold(() => verifyBundle(file, signer.publicKey), ['E6101', 'E6102', 'E6110', 'E6111', 'E4008']);

describe(`an evidence bundle (CATALYST_SEED=${seed})`, () => {
  it('whose bytes were changed, cut or doubled is refused', { timeout: 600_000 }, async () => {
    const damage = fc.array(
      fc.record({ at: fc.nat(sound.length), cut: fc.nat(1024), put: fc.uint8Array({ maxLength: 600 }) }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(damage, async (edits) => {
        const bytes = edits.reduce(
          (all, { at, cut, put }) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + cut)]),
          sound,
        );
        fc.pre(!bytes.equals(sound));
        const file = join(dir, 'damaged.tar');
        writeFileSync(file, bytes);
        expect(await verify(file)).toBeUndefined();
      }),
      { numRuns: slowCases, seed },
    );
  });

  it('of which the owner of the key changed any file is judged, never a bug', { timeout: 600_000 }, async () => {
    const clean = await cleanVerdict();
    const paths = Object.keys(clean.files).filter((path) => path.endsWith('.json') && !path.startsWith('reprovision/'));
    const edited = fc
      .constantFrom(...paths)
      .chain((path) => fc.tuple(fc.constant(path), editsOf(JSON.parse(clean.files[path]!))));
    await fc.assert(
      fc.asyncProperty(edited, async ([path, value]) => {
        const files = { ...clean.files, [path]: JSON.stringify(value) ?? '' };
        const file = await signedBundle({ files, predicate: clean.predicate }, clean.signer);
        await hold(() => verifyBundle(file, clean.signer.publicKey), ['E6101', 'E6102', 'E6110', 'E6111', 'E4008']);
        rmSync(file);
      }),
      { numRuns: Math.ceil(slowCases / 10), seed },
    );
  });

  it('that the owner of the key filled with anything is judged, never a bug', { timeout: 600_000 }, async () => {
    const contents = fc.record({
      dod: editsOf(report),
      statement: editsOf(predicate),
      journal: fc.string({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(contents, async ({ dod, statement, journal }) => {
        const file = join(dir, 'filled.tar');
        const files = { 'dod.json': JSON.stringify(dod) ?? '', 'journal.jsonl': journal };
        const usable = { ...(statement as typeof predicate), at: report.finishedAt };
        await writeBundle({ file, files, predicate: usable, signer });
        await verify(file);
      }),
      { numRuns: slowCases, seed },
    );
  });
});
