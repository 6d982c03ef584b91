/** What `handover status` tells from a record and from what is so: the next step, who began it, what a side did not answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  handoverHeadline,
  handoverStatus,
  handoverText,
  statusIfAny,
} from '../../../../src/actions/handover/status.js';
import { openHandover } from '../../../../src/handover/handover.js';
import type { HandoverRecord } from '../../../../src/handover/record.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type WholeRig, wholeRig } from '../../handover/whole-rig.js';

let rig: WholeRig;
/** A record as a run left it. */
async function recorded(change: Partial<HandoverRecord>, state: HandoverRecord['state'] = 'PREPARED') {
  const handover = await openHandover(rig.world, rig.context);
  Object.assign(handover.record, change);
  await handover.save(state);
  return handoverStatus(rig.world);
}

beforeEach(async () => {
  rig = await wholeRig();
});

describe('the next step', () => {
  const begun = { at: 'then', by: 'me@here', runId: 'r', plan: 'the-plan-of-it' };

  it('is both ways before the point of no return', async () => {
    const status = await recorded({ begun });
    expect(status).toMatchObject({ state: 'PREPARED', unfinished: true });
    expect(handoverHeadline(status)).toBe(
      'handover PREPARED (started but not finished: interrupted, or still running elsewhere): go on with: catalyst handover finalize, or walk back with: catalyst handover abort',
    );
  });

  it('is forward while it is crossed, and after', async () => {
    const crossing = { at: 'noon', by: 'me@here', runId: 'r', plan: 'p' };
    expect((await recorded({ crossing }, 'VERIFIED')).next).toBe(
      'crossing the point of no return since noon; go forward with: catalyst handover finalize',
    );
    const { next } = await recorded({ crossing, pointOfNoReturnAt: 'noon' }, 'ACTIVATED');
    expect(next).toBe('the point of no return was crossed at noon; go forward with: catalyst handover finalize');
  });

  it('of a record of an earlier version, which noted no intent, is by when it was crossed', async () => {
    const status = await recorded({ pointOfNoReturnAt: 'noon' }, 'ACTIVATED');
    expect(status.next).toMatch(/was crossed at noon/);
    expect(handoverText(status)).toContain('  point of no return: noon');
  });

  it('is the decommission while catalyst-api is stopped, and nothing once it is REVOKED', async () => {
    const status = await recorded({ stopped: { replicas: 1, suspended: false } }, 'REVOKED');
    expect(status).toMatchObject({ unfinished: true, next: expect.stringMatching(/catalyst handover decommission$/) });
    const done = await recorded({ stopped: undefined }, 'REVOKED');
    expect([done.next, done.unfinished, handoverHeadline(done)]).toEqual([undefined, false, 'handover REVOKED']);
  });
});

describe('the text', () => {
  it('tells who began and crossed it, what is changed, and what came of each old credential', async () => {
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    const status = await handoverStatus(rig.world);
    const refusals = [
      { what: 'a', answer: 'refused', at: 'then', why: 'a seen 401' },
      { what: 'b', answer: 'refused', at: 'then' },
    ] as HandoverRecord['refusals'];
    const lines = handoverText({ ...status, refusals }).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}begun {11}2026-.*, by me@here, plan plan-hash$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}point of no return: 2026-.*, by me@here, plan plan-hash$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}pending: DECOMMISSIONED$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}Flux Kustomization .* and suspended$/));
    expect(lines.slice(-2)).toEqual(['  tried    a: refused (a seen 401)', '  tried    b: refused']);
  });
});

describe('a side that is not there', () => {
  it('is no failure while the Sovereign has no cluster yet', async () => {
    Object.assign(rig.world, { kube: () => Promise.reject(fail('E3101', 'no cluster yet')) });
    expect(await handoverStatus(rig.world)).toMatchObject({ state: 'NONE', actual: undefined, changes: [] });
  });

  it('is an error when neither answers', async () => {
    const silent = () => Promise.reject(new Error('no route to host'));
    Object.assign(rig.world, { kube: silent, mother: silent });
    await expect(statusIfAny(rig.world)).rejects.toThrow('no route to host');
  });

  it('that stops answering in the middle is named, unless the command was interrupted', async () => {
    const { list } = rig.mother.kube;
    const stop = new AbortController();
    rig.mother.kube.list = () => Promise.reject(new Error('connection reset'));
    expect((await statusIfAny(rig.world)).unread).toEqual(['could not read the mother: connection reset']);
    await expect(handoverStatus(rig.world)).rejects.toThrow('connection reset');
    Object.assign(rig.world, { signal: stop.signal });
    stop.abort(new Error('interrupted'));
    await expect(statusIfAny(rig.world)).rejects.toThrow('interrupted');
    rig.mother.kube.list = list;
  });
});
