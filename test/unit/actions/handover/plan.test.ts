/** The plan of a handover is saved, lists everything with its fate, and changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { planHandover } from '../../../../src/actions/handover/plan.js';
import { openSession } from '../../../../src/actions/session/session.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { actionRig } from '../../../fakes/action-context.js';
import { type WholeRig, wholeRig } from '../../handover/whole-rig.js';

let rig: WholeRig;
const plan = async (out?: string) => {
  const { context, stateDir } = actionRig({ whole: rig.world });
  return { stateDir, made: await planHandover(await openSession(context), out) };
};

beforeEach(async () => {
  rig = await wholeRig();
});

it('is saved below the state folder, with a claim that only a Job can list', async () => {
  const before = structuredClone(rig.snapshot());
  const { made, stateDir } = await plan();
  expect(made).toMatchObject({ state: 'NONE', unread: [] });
  expect(made.file).toBe(join(stateDir, 'plans', `handover-${made.hash.slice(0, 12)}.json`));
  expect(made.inventory.find(({ id }) => id === 'claim')?.reason).toMatch(/a short Job lists them/);
  expect(JSON.parse(readFileSync(made.file, 'utf8')).hash).toBe(made.hash);
  expect(rig.snapshot()).toEqual(before);
});

it('has the inventory of the record once a handover has begun', async () => {
  await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
  const { made } = await plan();
  expect(made.state).toBe('REVOKED');
  expect(made.inventory.find(({ id }) => id === 'claim')?.what).toMatch(/^2 files of 1 records/);
});

it('names what could not be read instead of taking it for empty', async () => {
  const { raw } = rig.mother.kube;
  rig.mother.kube.raw = async (path) => (path.startsWith('/api/v1/secrets') ? { status: 403, body: '{}' } : raw(path));
  expect((await plan()).made.unread).toContainEqual(expect.stringMatching(/secrets/));
});

it('that cannot be written is an error with its path', async () => {
  const file = join(actionRig().stateDir, 'file');
  writeFileSync(file, '');
  await expect(plan(join(file, 'plan.json'))).rejects.toMatchObject({ code: 'E1201' });
});
