import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { statusAsMarkdown, statusOf } from '../../../../src/actions/status.js';
import { levelEvidence, levelOf, noteRendered } from '../../../../src/actions/ticket/levels.js';
import type { ProofState } from '../../../../src/engine/journal-state.js';
import { cleanVerdict } from '../../../fakes/clean-verdict.js';

const at = '2026-11-22T10:00:00.000Z';
const proof: ProofState = { at, run: 'r', evidence: { summary: 'seen', facts: {} } };
const gitea = { id: '#376', blueprint: 'bp-gitea' };
const none = { rendered: {}, verdicts: [] };
const verdict = { at, together: true, handedOverAt: at, proofs: { '#376': { summary: 'seen', facts: {} } } };

describe('the level of done', () => {
  it.each([
    ['undefined', undefined, none],
    ['rendered', undefined, { ...none, rendered: { 'bp-gitea': at } }],
    ['verified', proof, none],
    ['verified', proof, { ...none, verdicts: [{ ...verdict, together: false }] }],
    ['integrated', proof, { ...none, verdicts: [{ ...verdict, handedOverAt: undefined }] }],
    ['integrated', proof, { ...none, verdicts: [{ ...verdict, proofs: {} }] }],
    ['integrated', proof, { ...none, verdicts: [{ ...verdict, proofs: { '#376': { error: 'no' } } }] }],
    // installed again since
    ['verified', { ...proof, at: '2026-11-23T10:00:00.000Z' }, { ...none, verdicts: [verdict] }],
    ['DoD-met', proof, { ...none, verdicts: [verdict] }],
  ] as const)('is %s', (level, proven, evidence) => {
    expect(String(levelOf(gitea, proven, evidence as never))).toBe(level);
  });

  it('is read from the verdicts of the state folder that its own key has signed, and shown beside the status', async () => {
    const { file } = await cleanVerdict();
    const stateDir = join(mkdtempSync(join(tmpdir(), 'catalyst-levels-')), 'omantel.omani.works');
    mkdirSync(join(stateDir, 'evidence'), { recursive: true });
    for (const name of ['journal.jsonl', 'evidence'])
      cpSync(join(dirname(file), '..', name), join(stateDir, name), { recursive: true });
    const status = statusOf(stateDir);
    expect(status.rows.find(({ id }) => id === '#376')).toMatchObject({ status: 'done', level: 'DoD-met' });
    expect(statusAsMarkdown(status)).toMatch(/\| #376 \| done \(DoD-met\) \|/);
    writeFileSync(join(stateDir, 'evidence', 'evidence.pub'), readFileSync(new URL(import.meta.url)));
    expect(levelEvidence(stateDir).verdicts).toEqual([]);
    expect(statusOf(stateDir).rows.find(({ id }) => id === '#376')?.level).toBe('verified');
  });

  it('rendered is forgotten with the first finding', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'catalyst-rendered-'));
    noteRendered(stateDir, [{ blueprint: 'bp-gitea', ok: true }], new Date(at));
    expect(levelEvidence(stateDir).rendered).toEqual({ 'bp-gitea': at });
    noteRendered(stateDir, [{ blueprint: 'bp-gitea', ok: false }], new Date(at));
    expect(levelEvidence(stateDir).rendered).toEqual({});
  });
});
