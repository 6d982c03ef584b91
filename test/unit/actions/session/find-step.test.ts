/** What a person types for a step, and what it is refused with. */
import { describe, expect, it } from 'vitest';
import { findStep, stepIdOf } from '../../../../src/actions/session/find-step.js';
import type { Step } from '../../../../src/world/step.js';

const step = (id: string, more: Partial<Step> = {}) => ({ id, ...more }) as Step;
const thrown = (typed: string) => {
  try {
    return stepIdOf(typed);
  } catch (error) {
    return error as { code: string; exitCode: number; message: string; actions: string[] };
  }
};

describe('a step by what is typed', () => {
  it.each([
    ['374', '#374'],
    ['#374', '#374'],
    ['bp-harbor', 'bp-harbor'],
    ['cluster', 'cluster'],
  ])('%s is %s', (typed, id) => expect(stepIdOf(typed)).toBe(id));

  it('that the WBS leaves out is refused with its reason', () => {
    expect(thrown('#320')).toMatchObject({
      ...{ code: 'E4007', exitCode: 7, actions: ['catalyst ticket list'] },
      message: expect.stringMatching(/^#320 is out of scope: IAM family.* \(WBS §7\)\.$/),
    });
    expect(thrown('bp-nothing')).toMatchObject({ code: 'E3201', exitCode: 7 });
  });

  it('that is nearly one is asked about, and one that is far from all is not', () => {
    expect(thrown('clusters')).toMatchObject({
      code: 'E1001',
      message: 'There is no ticket clusters. Did you mean cluster?',
    });
    expect(thrown('a-far-cry')).toMatchObject({ message: 'There is no ticket a-far-cry.' });
  });

  it('is found by its id, its ticket or its Blueprint, in this walk alone', () => {
    const steps = [
      step('cluster'),
      step('handover-redirect', { ticket: '#319' }),
      step('harbor', { blueprint: 'bp-harbor' }),
    ];
    expect(['cluster', '319', 'bp-harbor'].map((typed) => findStep(steps, typed).id)).toEqual([
      'cluster',
      'handover-redirect',
      'harbor',
    ]);
    expect(() => findStep(steps, '#374')).toThrow('#374 is not part of this walk.');
  });
});
