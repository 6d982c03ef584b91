/** Which command goes on with what was interrupted. */
import { beforeEach, describe, expect, it } from 'vitest';
import { finalizeHandover } from '../../../src/actions/handover/finalize.js';
import { resumeRun } from '../../../src/actions/resume.js';
import type { ActionRig } from '../../fakes/action-context.js';
import { actingOnWhole } from './acting-on-whole.js';

const fqdn = 'omantel.omani.works';
const force = 'a rig without a walk';
let acting: ActionRig;
const finalize = (confirm: string | undefined = fqdn) => finalizeHandover(acting.context, { confirm, force });

beforeEach(async () => {
  ({ acting } = await actingOnWhole());
});

describe('resume', () => {
  it('goes on with a finalize that was killed, by the same command', async () => {
    const { context } = acting;
    const gate = await context.gate();
    const killed: typeof gate = (options) => {
      const made = gate(options);
      const forStep: typeof made.forStep = (step) => {
        const { act, ...rest } = made.forStep(step);
        const dying: typeof act = (mutation, work, how) => {
          if (mutation.sentence.startsWith('push the rendered tree')) throw new Error('killed');
          return act(mutation, work, how);
        };
        return { ...rest, act: dying };
      };
      return { ...made, forStep };
    };
    Object.assign(context, { gate: async () => killed });
    await expect(finalize()).rejects.toThrow('killed');
    await acting.end();
    Object.assign(context, { gate: async () => gate });
    expect(await resumeRun(context, { confirm: fqdn })).toMatchObject({
      command: 'handover finalize',
      result: { state: 'REVOKED' },
    });
  });

  it('has nothing to do where no run was interrupted, and says so', async () => {
    (await acting.context.journal()).append({ kind: 'note' });
    expect(await resumeRun(acting.context, {})).toMatchObject({ command: '', proven: [] });
    expect(acting.noted).toEqual([`Nothing to resume: no run of ${fqdn} was interrupted.`]);
  });

  it('of a rehearsal names the command by which that goes on', async () => {
    const inputs = { command: 'rehearse', of: fqdn, name: 'throwaway', steps: ['#370'] };
    (await acting.context.journal()).append({ kind: 'run-started', inputs });
    await expect(resumeRun(acting.context, {})).rejects.toMatchObject({
      code: 'E1001',
      actions: [expect.stringMatching(/^catalyst rehearse .*throwaway/)],
    });
  });
});
