/** Killed at several moments on a real cluster and resumed: one of everything, and the phases proven. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalyst, LabInfo } from '../lab/catalyst.js';
import { catalystOnEngines, kubectl } from './rig.js';

let catalyst: Catalyst;
let lab: LabInfo;
beforeAll(async () => {
  catalyst = catalystOnEngines('resume');
  lab = await catalyst.up();
});
afterAll(() => catalyst.close());

const moments = [3000, 8000, 15_000, 25_000];

test('kill -9, then resume', async () => {
  const walk = ['wizard', '--lab', catalyst.lab, '--yes', '--until', '2'];
  await catalyst.run(walk, { killAfterMs: moments[0] });
  for (const killAfterMs of moments.slice(1)) {
    const ended = await catalyst.run(['resume', '--lab', catalyst.lab], { killAfterMs });
    if (ended.code === 0) break;
  }
  let last = await catalyst.run(['resume', '--lab', catalyst.lab]);
  if (last.stderr.includes('Nothing to resume')) last = await catalyst.run(walk);
  expect(last.code, last.stderr).toBe(0);

  const { items } = await kubectl<{ items: { metadata: { name: string } }[] }>(lab.kubeconfigs.sovereign, [
    'get',
    'nodes',
  ]);
  expect(items).toHaveLength(3);
  const { document } = await catalyst.json<{ id: number; status: string }[]>(['phase', 'list', '--lab', catalyst.lab]);
  expect(document.result.filter((phase) => phase.id <= 2).map((phase) => phase.status)).toEqual([
    'done',
    'done',
    'done',
  ]);
});
