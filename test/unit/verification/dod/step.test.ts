import { describe, expect, it } from 'vitest';
import type { ItemResult } from '../../../../src/verification/dod/item.js';
import { verdictError, verifyDod } from '../../../../src/verification/dod/step.js';
import type { World } from '../../../../src/world/world.js';
import { omantel } from '../../../fakes/fake-world.js';

const world = (kind: 'lab' | 'real') =>
  ({
    identity: async () => ({ kind }),
    sovereign: { spec: { fqdn: 'omantel.omani.works', mother: { name: 'contabo' } } },
    runId: 'run-1',
  }) as unknown as World;
const step = (options: { only?: string[]; skip?: string[]; blackStart?: boolean }, kind: 'lab' | 'real' = 'real') =>
  verifyDod(world(kind), { ...options, steps: () => [] });
const destructive = async (...args: Parameters<typeof step>) => {
  const told = step(...args).destructive;
  return typeof told === 'function' ? told() : told;
};

describe('what verify dod has confirmed by name', () => {
  it.each([[['D17']], [['W5']], [['d17', 'D1']], [['D22']]])('%s stops or blocks something', async (only) => {
    expect(await destructive({ only })).toMatch(/stops catalyst-api|reach nothing outside/);
  });

  it('the whole does both, and says where, for how long, and who notices what', async () => {
    const told = await destructive({});
    expect(told).toMatch(/^stops catalyst-api on the mother cluster contabo for 5m \(every Sovereign .* no console/);
    expect(told).toMatch(
      /lets the Pods of omantel.omani.works reach nothing outside but a short list for 10m, once for each grade that is tried \(its users notice/,
    );
    expect(await destructive({}, 'lab')).toMatch(/for 20s .* for 10s/);
  });

  it.each([[['D1']], [['D4', 'D16']], [['D18']]])('%s reads only, and plans no change', async (only) => {
    expect(await destructive({ only })).toBeUndefined();
    expect(await step({ only }).plan(new AbortController().signal)).toEqual([]);
  });

  it('D5 orders a throwaway certificate, which stops nothing', async () => {
    expect(await destructive({ only: ['W8'] })).toBeUndefined();
    const planned = await step({ only: ['W8'] }).plan(new AbortController().signal);
    expect(planned.map(({ sentence }) => sentence)).toContain(
      'renew the probe Certificate catalyst-probes/probe-renewal',
    );
  });

  it('D23 powers off all servers on request, and in a lab always', async () => {
    expect(await destructive({ only: ['D23'] })).toBeUndefined();
    const told = await destructive({ only: ['D23'], blackStart: true });
    expect(told).toMatch(
      /^powers off all servers of omantel.omani.works at once for 1m and on again, .* for up to 30m/,
    );
    expect(await destructive({ only: ['D23'] }, 'lab')).toMatch(/^powers off all servers .* for 3s .* for up to 2m/);
    expect(await destructive({})).not.toMatch(/powers off/);
  });

  it('D3 pushes a commit and D15 asks the mother by a Job, and both say so before', async () => {
    const there = { ...world('real'), sovereign: omantel(), mother: async () => ({ raw: async () => ({}) }) };
    const signal = new AbortController().signal;
    const planned = async (only: string[]) => {
      const all = await verifyDod({ ...there, signal } as unknown as World, { only, steps: () => [] }).plan(signal);
      return all.map(({ sentence }) => sentence).join('\n');
    };
    expect(await planned(['D3'])).toMatch(
      /push a canary commit .*\nask GitRepository .*\nrevert a canary commit .*\nask GitRepository/,
    );
    expect(await planned(['D15'])).toMatch(
      /hold the mother for this run.*\n.*run a short Job in catalyst on the mother/,
    );
    expect(await planned(['D4', 'D16', 'D18'])).toBe('');
  });

  it('a chosen part is no proof of the whole', () => {
    expect(step({}).id).toBe('dod');
    expect(step({ only: ['D1'] }).id).not.toBe('dod');
    expect(step({ skip: ['D17'] }).id).not.toBe('dod');
  });
});

describe('the error of a verdict', () => {
  const item = (id: string, more: Partial<ItemResult>): ItemResult => ({
    ...{ id, title: id, at: '', repeat: `again ${id}`, status: 'fail', reason: 'follows from nobody' },
    ...more,
  });
  const message = (items: ItemResult[]) =>
    verdictError({ result: { fqdn: 'x', verdict: 'FAIL', items }, bundle: '', report: '', key: '' } as never)!;

  it('has one line for items that follow from others, whatever their reasons say', () => {
    const error = message([item('D17', {}), item('W5', { follows: ['D17'], reason: 'said otherwise' })]);
    expect(error.message).toMatch(/D17 D17: failed: follows from nobody\nW5 follows from D17$/);
    expect(error.actions).toEqual(['again D17']);
  });
});
