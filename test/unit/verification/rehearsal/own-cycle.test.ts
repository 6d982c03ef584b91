/** D20 by a wipe of the Sovereign itself: of its earlier verdict nothing is believed that its raw data does not show. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../../../src/engine/journal.js';
import { readBundle } from '../../../../src/evidence/bundle.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { judgeReprovision } from '../../../../src/verification/rehearsal/judge.js';
import { cleanVerdict, type Parts, signedBundle } from '../../../fakes/clean-verdict.js';
import { omantel } from '../../../fakes/fake-world.js';
import { clockAt, identity } from '../../../fakes/rehearsed.js';

const at = '2026-11-22T10:10:00.000Z';

/** Built, destroyed, built again. */
function cycle(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'catalyst-own-')), 'journal.jsonl');
  const journal = openJournal({ path, runId: 'r', by: 'me@here', clock: clockAt(at), redactor: createRedactor() });
  const proof = (step: string) => journal.append({ kind: 'proof', step, evidence: { summary: 'seen', facts: {} } });
  const target = { system: 'hetzner' as const, kind: 'server', name: 'cp1' };
  proof('cluster');
  for (const kind of ['begin', 'ok'] as const)
    journal.append({ kind, op: '1', target, inputs: { sentence: 'delete server cp1 (1)' } });
  proof('cluster');
  proof('#385');
  journal.close();
  return readFileSync(path, 'utf8');
}

/** As the verdict of the second cluster has it, after `bend`. */
async function judged(bend: (parts: Parts) => void) {
  const { signer, ...parts } = await cleanVerdict();
  parts.files['journal.jsonl'] = cycle();
  bend(parts);
  const { files } = await readBundle(await signedBundle(parts, signer));
  const seen = { at, maxAgeMs: 86_400_000, key: signer.publicKey, today: { left: [] } };
  return judgeReprovision(seen, (path) => files.get(path)?.toString(), {
    sovereign: omantel(),
    world: identity,
    steps: [],
  });
}

test('a wipe that ended in the same state, in this world, passes', async () => {
  expect(await judged(() => undefined)).toMatchObject({ status: 'pass' });
});

test('the state is what D1 saw, whatever it says', async () => {
  const answer = await judged(({ files }) => {
    const report = JSON.parse(files['dod.json']!);
    const d1 = report.items.find(({ id }: { id: string }) => id === 'D1');
    d1.evidence.looks[1].releases.live.pop();
    files['dod.json'] = JSON.stringify(report);
  });
  expect(answer).toMatchObject({
    status: 'fail',
    reason: expect.stringMatching(/same state: second look: HelmRelease/),
  });
});

test('a wipe in a lab is none of a real Sovereign', async () => {
  const answer = await judged(({ predicate }) => {
    predicate.world = { kind: 'lab', id: 'another', name: 'default' };
  });
  expect(answer).toMatchObject({ status: 'fail', reason: expect.stringMatching(/wiped in another world/) });
});
