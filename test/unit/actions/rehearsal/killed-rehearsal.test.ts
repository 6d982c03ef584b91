import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, killedRehearsal } from '../../../../src/actions/rehearsal/killed-rehearsal.js';
import { openJournal } from '../../../../src/engine/journal.js';
import { systemClock } from '../../../../src/support/clock.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { omantel } from '../../../fakes/fake-world.js';

let root: string;
let notes: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'catalyst-killed-'));
  notes = [];
});
afterEach(() => rmSync(root, { recursive: true }));

function context(lab: string | undefined, kind = 'lab') {
  return {
    options: { lab },
    signal: new AbortController().signal,
    spec: async () => ({ sovereign: omantel(), path: 'sovereign.yaml' }),
    stateDir: async () => join(root, 'omantel.omani.works'),
    world: async () => ({ identity: async () => ({ kind }) }),
    output: { note: (text: string) => notes.push(text) },
  } as never;
}

/** What a run that dies leaves in its journal. */
function journaled(step: string): 'killed' {
  const folder = join(root, 'test.omani.works');
  mkdirSync(folder, { recursive: true });
  const clock = systemClock;
  const journal = openJournal({
    ...{ path: join(folder, 'journal.jsonl'), runId: 'r', by: 'me', clock, redactor: createRedactor() },
  });
  journal.append({ kind: 'begin', step, inputs: { sentence: 'create server cp1' } });
  journal.close();
  return 'killed';
}

describe('rehearse --kill-at', () => {
  it('goes on after each kill until the rehearsal ends, and says where it was killed', async () => {
    const rounds: (() => Ended)[] = [
      () => journaled('cluster'),
      () => journaled('#338'),
      () => ({ document: { result: { throwaway: 'test.omani.works', until: 6 } } }),
    ];
    const asked: unknown[] = [];
    const ended = await killedRehearsal(context('x'), { killAt: 7 }, async (killAt) => {
      asked.push(killAt);
      return rounds.shift()!();
    });
    expect(ended).toEqual({ throwaway: 'test.omani.works', until: 6, kills: 2 });
    expect(asked).toEqual([7, 7, 7]);
    expect(notes).toEqual([
      'killed 1 time, now at entry 1: cluster begin create server cp1',
      'killed 2 times, now at entry 2: #338 begin create server cp1',
    ]);
  });

  it('ends as the rehearsal does', async () => {
    const error = { code: 'E4009', message: 'not ready', actions: ['catalyst rehearse'] };
    await expect(
      killedRehearsal(context('x'), { killAt: 'every' }, async () => ({ document: { error } })),
    ).rejects.toMatchObject(error);
  });

  it('does not go round for ever where it is killed before it has done anything', async () => {
    await expect(killedRehearsal(context('x'), { killAt: 'every' }, async () => 'killed')).rejects.toMatchObject({
      code: 'E4009',
    });
  });

  it('is refused outside of a lab before anything runs', async () => {
    const run = async () => expect.unreachable();
    await expect(killedRehearsal(context(undefined), { killAt: 'every' }, run)).rejects.toMatchObject({
      code: 'E1001',
      exitCode: 2,
    });
    await expect(killedRehearsal(context('x', 'real'), { killAt: 'every' }, run)).rejects.toMatchObject({
      code: 'E4035',
      exitCode: 7,
    });
  });
});
