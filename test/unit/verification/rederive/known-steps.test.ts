import { expect, it } from 'vitest';
import { userAgent } from '../../../../src/support/user-agent.js';
import { strangeSteps } from '../../../../src/verification/rederive/known-steps.js';
import { tickets, unticketed } from '../../../../src/walk/wbs.js';

const steps = [...tickets, ...unticketed].map(({ id, phase }) => ({ id, phase }));
const strange = (some: typeof steps) =>
  strangeSteps({ steps: some as never, proofs: {}, journal: { runs: [] } as never, report: { items: [] } as never }, {
    kind: 'dod',
    by: userAgent,
  } as never);

it('the wizard’s bundle, which lacks the step that takes the verdict, has all steps as well', () => {
  expect(strange(steps)).toBeUndefined();
  expect(strange(steps.filter(({ phase }) => phase < 8))).toBeUndefined();
});

it('a step of the walk that is missing is named', () => {
  expect(strange(steps.filter(({ id }) => id !== '#372'))).toBe('its steps.json does not have step #372 in phase 1');
});
