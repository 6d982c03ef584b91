import { describe, expect, it, vi } from 'vitest';
import { confirmedRun } from '../../../../src/actions/session/confirmed-run.js';
import type { Context } from '../../../../src/actions/session/context.js';
import type { StepsRun } from '../../../../src/actions/session/run-steps.js';
import type { Session } from '../../../../src/actions/session/session.js';
import { confirmByName, confirmInRun } from '../../../../src/cli/prompts/confirm.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';

const fqdn = 'omantel.omani.works';
const target = { system: 'mother' as const, kind: 'Deployment', name: 'catalyst-api' };

interface Situation {
  destructive?: string[];
  /** What a step will ask for in the middle of the run. */
  later?: string;
  /** What a person types; without it there is no terminal. */
  typed?: string;
  dryRun?: boolean;
}

function situation({ destructive = [], later, typed, dryRun = false }: Situation) {
  const made: boolean[] = [];
  const planned: (string | undefined)[] = [];
  const clock = orderedClock();
  const prompter = { available: typed !== undefined, text: async () => typed } as never;
  const context = {
    options: { dryRun },
    output: { note: vi.fn() },
    world: async () => ({ stateDir: '/nowhere', clock, signal: new AbortController().signal }),
    gate: async () => ({}),
    confirmByName: (request: object) => confirmByName(prompter, { ...request, fqdn } as never),
    confirmInRun: async (request: object) =>
      confirmInRun(prompter, { ...request, fqdn } as never, { show: () => undefined, hold: () => () => undefined }),
  } as unknown as Context;
  const run = async (session: Session): Promise<StepsRun> => {
    made.push(!session.dryRun);
    planned.push(session.planned);
    const mutations = [{ step: 'dod', target, sentence: 'scale it to 0', ...(later ? { confirm: later } : {}) }];
    return { runId: '', planHash: 'confirmed', proven: [], ...(session.dryRun ? { mutations, destructive } : {}) };
  };
  return { context, run, planned, clock, changed: () => made.includes(true) };
}

describe('a run with a step that destroys', () => {
  const destructive = ['stops catalyst-api on the mother'];

  it.each([
    ['no terminal, no --confirm', {}, {}],
    ['a wrong --confirm', {}, { confirm: 'console.openova.io' }],
    ['a wrong --confirm in an unattended lab', {}, { confirm: 'omantel', unattended: true }],
    ['another name typed', { typed: 'omantel' }, {}],
  ])('is refused before its first change: %s', async (_what, given, confirmed) => {
    const { context, run, changed } = situation({ destructive, ...given });
    await expect(confirmedRun(context, run, confirmed)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect(changed()).toBe(false);
  });

  it.each([
    ['--confirm', {}, { confirm: fqdn }],
    ['the name typed', { typed: fqdn }, {}],
    ['an unattended lab', {}, { unattended: true }],
  ])('runs with %s', async (_what, given, confirmed) => {
    const { context, run, changed } = situation({ destructive, ...given });
    await confirmedRun(context, run, confirmed);
    expect(changed()).toBe(true);
  });

  it('runs by the plan that was confirmed, which is not made twice', async () => {
    const { context, run, planned } = situation({ destructive });
    await confirmedRun(context, run, { confirm: fqdn });
    expect(planned).toEqual([undefined, 'confirmed']);
  });

  it.each([
    ['a plan that takes long', 9000, 1],
    ['a plan that is made at once', 0, 0],
  ])('says of %s why nothing is seen', async (_what, ms, notes) => {
    const { context, run, clock } = situation({});
    const slow = async (session: Session) => {
      if (session.dryRun) await clock.sleep(ms);
      return run(session);
    };
    await confirmedRun(context, slow, {});
    expect(vi.mocked(context.output.note).mock.calls.flat()).toEqual(
      Array(notes).fill('Still looking at what is there: something answers slowly, or not at all.'),
    );
  });

  it('needs no name in a dry-run, which changes nothing', async () => {
    const { context, run } = situation({ destructive, dryRun: true });
    const session = vi.fn(run);
    await confirmedRun(context, session, {});
    expect(session).toHaveBeenCalledOnce();
  });

  it('refuses a wrong name in a dry-run too, before it plans', async () => {
    const { context, run } = situation({ destructive, dryRun: true });
    const session = vi.fn(run);
    const wrong = confirmedRun(context, session, { confirm: 'omantel' });
    await expect(wrong).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect(session).not.toHaveBeenCalled();
    await confirmedRun(context, session, { confirm: fqdn });
    expect(session).toHaveBeenCalledOnce();
  });
});

describe('a run whose step asks in the middle', () => {
  it('is refused at once where nobody could answer then', async () => {
    const { context, run, changed } = situation({ later: 'hands over past the point of no return' });
    await expect(confirmedRun(context, run, {})).rejects.toMatchObject({ code: 'E4006' });
    expect(changed()).toBe(false);
  });
});

it('a run that destroys nothing needs no name, but a wrong one is refused', async () => {
  const plain = situation({});
  await confirmedRun(plain.context, plain.run, {});
  expect(plain.changed()).toBe(true);
  const wrong = situation({});
  await expect(confirmedRun(wrong.context, wrong.run, { confirm: 'other.omani.works' })).rejects.toMatchObject({
    code: 'E4006',
  });
  expect(wrong.changed()).toBe(false);
});
