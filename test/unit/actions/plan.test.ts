/** The plan of a walk is saved without secrets, and changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { planWalk } from '../../../src/actions/plan.js';
import { openSession } from '../../../src/actions/session/session.js';
import { type HetznerRig, hetznerRig } from '../../fakes/hetzner-rig.js';

let rig: HetznerRig;
const plan = async (options: Parameters<typeof planWalk>[1]) => planWalk(await openSession(rig.context), options);

beforeEach(async () => {
  const store = { endpoint: 'https://s3', listBuckets: async () => [], bucket: async () => 'absent' };
  rig = await hetznerRig({ world: { objectStore: async () => store } as never });
});

it('of phase 0 names what a purge would delete, and is saved below the state folder', async () => {
  const made = await plan({ until: 0 });
  expect(made.file).toBe(join(rig.stateDir, 'plans', `${made.hash.slice(0, 12)}.json`));
  expect(made.timeline).toBeUndefined();
  expect(made.mutations.map(({ sentence }) => sentence)).toContainEqual(expect.stringMatching(/^delete server /));
  expect(JSON.parse(readFileSync(made.file!, 'utf8')).hash).toBe(made.hash);
  expect(rig.acts).toEqual([]);
  await rig.lab.close();
});

it('has a timeline on request, and says where it could not be written', async () => {
  expect((await plan({ until: 0, timeline: true, out: join(rig.stateDir, 'p.json') })).timeline).toBeDefined();
  const file = join(rig.stateDir, 'file');
  writeFileSync(file, '');
  await expect(plan({ until: 0, out: join(file, 'p.json') })).rejects.toMatchObject({ code: 'E1201' });
  await rig.lab.close();
});
