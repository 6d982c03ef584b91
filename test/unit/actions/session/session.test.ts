/** What the journal of a session is bound to: the world that was reached, and none where nothing can be changed either. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../../../src/actions/session/read-journal.js';
import { openSession } from '../../../../src/actions/session/session.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';

let rig: ActionRig;
const bound = async () => {
  await (await openSession(rig.context)).journal();
  await rig.end();
  return readJournal(rig.stateDir).find(({ kind }) => kind === 'bound')?.inputs?.world;
};
const identity = (answer: unknown) =>
  Object.assign(rig.world, { identity: async () => (answer instanceof Error ? Promise.reject(answer) : answer) });

beforeEach(() => {
  rig = actionRig();
});

describe('the journal of a session', () => {
  it('is bound to the lab, and to the real world once there is a token for it', async () => {
    expect(await bound()).toMatchObject({ kind: 'lab', name: 'default' });
    rig = actionRig();
    identity({ kind: 'real' });
    rig.world.kept.set('hcloud-token', 'the-token');
    expect(await bound()).toMatchObject({ kind: 'real' });
  });

  it('is bound to none without a token, or where no endpoint answers', async () => {
    identity({ kind: 'real' });
    expect(await bound()).toBeUndefined();
    rig = actionRig();
    identity(fail('E1412', 'no endpoint answers'));
    expect(await bound()).toBeUndefined();
  });

  it('is not opened when the world is not the one that it should be', async () => {
    identity(fail('E1411', 'two worlds at once'));
    await expect(bound()).rejects.toMatchObject({ code: 'E1411' });
  });
});
