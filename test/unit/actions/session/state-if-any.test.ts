/** Commands that show the WBS without a Sovereign do so only where none was chosen. */
import { expect, it } from 'vitest';
import { stateDirIfAny } from '../../../../src/actions/session/state-if-any.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { actionRig } from '../../../fakes/action-context.js';

const without = (data: Record<string, unknown>, code: 'E1102' | 'E1101' = 'E1102') =>
  stateDirIfAny(actionRig({ given: { stateDir: () => Promise.reject(fail(code, 'no spec', { data })) } }).context);

it('the state folder is there, or nobody chose a Sovereign', async () => {
  const rig = actionRig();
  expect(await stateDirIfAny(rig.context)).toBe(rig.stateDir);
  expect(await without({ missing: true })).toBeUndefined();
});

it.each([
  ['was chosen and is missing', { missing: true, chosen: true }, 'E1102'],
  ['cannot be read', {}, 'E1102'],
  ['is not valid', { missing: true }, 'E1101'],
] as const)('a spec that %s is an error', async (_what, data, code) => {
  await expect(without(data, code)).rejects.toMatchObject({ code });
});
