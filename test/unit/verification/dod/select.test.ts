import { describe, expect, it } from 'vitest';
import { checklist } from '../../../../src/verification/dod/checklist.js';
import { inTurn, requireWindow, selectItems, takes } from '../../../../src/verification/dod/select.js';

const ids = (...args: Parameters<typeof selectItems>) => selectItems(...args).map(({ id }) => id);

describe('what a verification takes', () => {
  it('is everything without --only and --skip', () => {
    expect(selectItems({})).toHaveLength(checklist.length);
  });

  it.each([
    [['D1'], ['D1']],
    [['w5'], ['D17', 'W5']],
    [['W13'], ['D16', 'D17', 'W13']],
    [['W1'], ['D1', 'W1']],
    [['W3'], ['D20', 'W3']],
    [['W4'], ['D3', 'D4', 'W4']],
  ])('--only %s takes what answers it, and nothing else', (only, expected) => {
    expect(ids({ only })).toEqual(expected);
  });

  it('kills nothing that was skipped, whatever item would be answered by it', () => {
    for (const skip of [['D17'], ['d17', 'D22']]) expect(takes(selectItems({ skip }), 'D17')).toBe(false);
    expect(ids({ only: ['W5'], skip: ['D17'] })).toEqual(['W5']);
    expect(ids({ only: ['W13'], skip: ['D17'] })).toEqual(['D16', 'W13']);
    expect(ids({ skip: ['D17'] })).toContain('W5');
  });

  it('kills for what the experiment alone answers, and for nothing else', () => {
    const killing = checklist.filter(({ id }) => takes(selectItems({ only: [id] }), 'D17')).map(({ id }) => id);
    expect(killing).toEqual(['D17', 'W5', 'W13']);
  });

  it('refuses an item that is none, in --only and in --skip', () => {
    expect(() => selectItems({ only: ['D99'] })).toThrow(/no item D99/);
    expect(() => selectItems({ skip: ['x'] })).toThrow(/no item x/);
  });

  it('refuses a window shorter than ten intervals', () => {
    expect(() => requireWindow(4999)).toThrow(expect.objectContaining({ code: 'E1001', exitCode: 2 }));
    requireWindow(5000);
    requireWindow(undefined);
  });
});

describe('the turn of D1, whose two looks are half a minute apart', () => {
  const turns = (skip: string[]) => inTurn(selectItems({ skip })).map(({ id }) => id);
  const inOrder = (skip: string[]) => ids({ skip });

  it('comes after what can be taken in between, and before what adds, stops or cuts off servers', () => {
    const taken = turns(['D17']);
    const others = inOrder(['D17', 'D1']).filter((id) => id.startsWith('D') && !['D13', 'D22', 'D23'].includes(id));
    expect(taken.slice(0, others.length + 1)).toEqual([...others, 'D1']);
    expect(taken.slice(others.length + 1, others.length + 4)).toEqual(['D13', 'D22', 'D23']);
    expect(taken.toSorted()).toEqual(inOrder(['D17']).toSorted());
  });

  it('is the first one where the kill has filled the time', () => {
    expect(turns([])).toEqual(inOrder([]));
  });

  it('comes before the items that it answers', () => {
    expect(inTurn(selectItems({ only: ['W1', 'D14'] })).map(({ id }) => id)).toEqual(['D14', 'D1', 'W1']);
  });
});
