/** A chosen part of the checklist on clusters in memory: what an item answers when it looks, when it cannot, and when there is no mother. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Part } from '../../../../src/engine/events.js';
import { readBundle } from '../../../../src/evidence/bundle.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { redirectConsole } from '../../../../src/handover/steps/redirect.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { takeDod, windowsOf } from '../../../../src/verification/dod/verify.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { type WholeRig, wholeRig } from '../../handover/whole-rig.js';

let rig: WholeRig;
let acting: ActionRig;
let parts: Part[];
const take = async (only: string[], more = {}) => {
  const progress = { ...rig.context.progress, part: (part: Part) => void parts.push(part) };
  const context = { ...rig.context, progress };
  const outcome = await takeDod(rig.world, context, { only, steps: () => [], ...more });
  return { ...outcome, of: (id: string) => outcome.result.items.find((item) => item.id === id) };
};

beforeEach(async () => {
  rig = await wholeRig();
  parts = [];
  Object.assign(rig.world, {
    identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }),
    undoSignal: new AbortController().signal,
    binaries: undefined,
  });
  acting = actionRig({ whole: rig.world });
  (await acting.context.journal()).append({ kind: 'note' });
  await acting.end();
});
const decommissioned = async () => {
  await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
  await redirectConsole(rig.world).run(rig.context);
};

describe('a part of the checklist', () => {
  it('passes after the decommission, is PARTIAL all the same, and is signed', async () => {
    await decommissioned();
    const { result, bundle, of } = await take(['D15', 'D18']);
    expect([of('D15')?.status, of('D18')?.status]).toEqual(['pass', 'pass']);
    expect(result).toMatchObject({ verdict: 'PARTIAL', complete: false, lab: true });
    expect([...(await readBundle(bundle)).files.keys()]).toEqual(
      expect.arrayContaining(['dod.json', 'journal.jsonl', 'report.html']),
    );
  });

  it('fails before it, with what is left', async () => {
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    const { result, of } = await take(['D15']);
    expect(of('D15')).toMatchObject({ status: 'fail', reason: expect.stringContaining('record') });
    expect(result.verdict).toBe('FAIL');
  });

  it('is shown item by item: to come, running, and how each ended', async () => {
    await decommissioned();
    await take(['D15', 'D18']);
    const states = parts.filter(({ id }) => id === 'D18').map(({ state }) => state);
    expect(states).toEqual(['running', 'running', 'pass']);
    expect(parts.findLast(({ id }) => id === 'D18')?.note).toBe('');
  });
});

describe('the half minute between the two looks of D1', () => {
  it('is that of the others: they are answered before it', async () => {
    await decommissioned();
    const { result } = await take(['D1', 'D15', 'D18']);
    const ended = parts.filter(({ state }) => state !== 'running').map(({ id }) => id);
    expect(ended).toEqual(['D15', 'D18', 'D1']);
    expect(result.items.map(({ id }) => id)).toEqual(['D1', 'D15', 'D18']);
  });
});

describe('an item that cannot look', () => {
  it('is not checked, with why, and the others are taken all the same', async () => {
    await decommissioned();
    const { http } = rig.world;
    Object.assign(rig.world, {
      http: async (request: { url: string }) => {
        if (request.url.includes('/nova')) throw new Error('connection reset');
        return http(request as never);
      },
    });
    const { result, of } = await take(['D18', 'D15']);
    expect(of('D18')).toMatchObject({ status: 'not-checked', reason: 'could not look: connection reset' });
    expect(of('D15')?.status).toBe('pass');
    expect(result.verdict).toBe('PARTIAL');
  });

  it('fails when it says what is wrong', async () => {
    await decommissioned();
    Object.assign(rig.world, { http: () => Promise.reject(fail('E4009', 'the page is another')) });
    expect((await take(['D18'])).of('D18')).toMatchObject({ status: 'fail', reason: 'the page is another' });
  });

  it('ends the whole where the run was interrupted', async () => {
    await decommissioned();
    const stop = new AbortController();
    Object.assign(rig.world, {
      http: () => {
        stop.abort(new Error('interrupted'));
        return Promise.reject(new Error('aborted'));
      },
    });
    const context = { ...rig.context, signal: stop.signal };
    await expect(takeDod(rig.world, context, { only: ['D18'], steps: () => [] })).rejects.toThrow('interrupted');
  });
});

describe('without a mother', () => {
  const gone = () => Promise.reject(new Error('no route to host'));

  it('her items are not checked, and no experiment is begun', async () => {
    await decommissioned();
    Object.assign(rig.world, { mother: gone });
    const { result, of } = await take(['D15', 'D16', 'D17']);
    for (const id of ['D15', 'D16', 'D17'])
      expect(of(id)).toMatchObject({
        status: 'not-checked',
        reason: 'the mother cannot be read: no route to host',
      });
    expect(result.experiment).toBeUndefined();
  });

  it('and without a Sovereign there is no verification at all', async () => {
    Object.assign(rig.world, { mother: gone, kube: gone });
    await expect(take(['D15'])).rejects.toThrow('no route to host');
    Object.assign(rig.world, { kube: () => Promise.reject(fail('E3101', 'no cluster yet')) });
    await expect(take(['D15'])).rejects.toMatchObject({ code: 'E4001' });
  });
});

describe('the kill', () => {
  it('that cannot be begun is told as the answer of D17, and nothing was stopped', async () => {
    await decommissioned();
    rig.mother.writes.length = 0;
    const { result, of } = await take(['D17'], { blackHole: false });
    expect(of('D17')).toMatchObject({ status: expect.stringMatching(/^(fail|not-checked)$/) });
    expect(result.verdict).not.toBe('PASS');
    expect(rig.mother.writes.filter((write) => write.includes('Deployment'))).toEqual([]);
  });
});

describe('the windows of a verification', () => {
  it.each([
    ['of a real Sovereign', {}, false, [300_000, 600_000]],
    ['of a lab', {}, true, [20_000, 10_000]],
    ['of a lab whose kill takes as long as a real one', { windowMs: 300_000 }, true, [300_000, 600_000]],
    ['of a real Sovereign whose kill is short', { windowMs: 8000 }, false, [8000, 600_000]],
  ])('%s', (_whose, options, lab, expected) => {
    const { windowMs, egressMs } = windowsOf(options, lab);
    expect([windowMs, egressMs]).toEqual(expected);
  });
});
