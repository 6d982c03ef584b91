/** Killed at random moments and resumed, the walk ends the same and nothing is made twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

let catalyst: Catalyst;
let lab: LabInfo;
beforeAll(async () => {
  catalyst = catalystAtHome('resume');
  lab = await catalyst.up();
});
afterAll(() => catalyst.close());

/** Deterministic spread of kill moments over the first phases. */
const moments = [700, 1500, 2300, 3100, 4300, 5900, 7700, 9100];

async function hetzner(path: string): Promise<Record<string, { name: string }[]>> {
  const answer = await fetch(`${lab.endpoints.hetzner}/${path}?per_page=50`, {
    headers: { authorization: `Bearer ${lab.credentials['hcloud-token']}` },
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, { name: string }[]>;
}

test('kill -9 at several moments, then resume: one of everything, all proven', async () => {
  await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '2'], { killAfterMs: moments[0] });
  for (const killAfterMs of moments.slice(1)) {
    const ended = await catalyst.run(['resume', '--lab', catalyst.lab], { killAfterMs });
    if (ended.code === 0) break;
  }
  let last = await catalyst.run(['resume', '--lab', catalyst.lab]);
  if (last.stderr.includes('Nothing to resume'))
    last = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '2']);
  expect(last.code, last.stderr).toBe(0);
  const { servers } = await hetzner('servers');
  const ours = servers!.map((server) => server.name).filter((name) => name.startsWith('catalyst-omantel-omani-works-'));
  expect(ours).toEqual([...new Set(ours)]);
  const { networks } = await hetzner('networks');
  expect(networks!.filter((network) => network.name === 'catalyst-omantel-omani-works-net')).toHaveLength(1);
  const { document } = await catalyst.json<{ id: number; status: string }[]>(['phase', 'list', '--lab', catalyst.lab]);
  expect(document.result.filter((phase) => phase.id <= 2).map((phase) => phase.status)).toEqual([
    'done',
    'done',
    'done',
  ]);
});
