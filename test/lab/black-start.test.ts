/** D23 on a lab: all servers off and on with the outside denied; killed and interrupted in the middle; a store that stays sealed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labFqdn } from '../../lab/src/start/lab-info.js';
import type { Server } from '../../src/hetzner/api/types.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { killedRun } from './killed-run.js';

interface Verdict {
  verdict: string;
  bundle: string;
  items: { id: string; status: string; reason: string }[];
}

let catalyst: Catalyst;
let lab: LabInfo;

beforeAll(async () => {
  catalyst = catalystAtHome('black-start');
  lab = await catalyst.up();
  const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '7']);
  expect(walked.code, walked.stderr.slice(-3000)).toBe(0);
}, 600_000);
afterAll(() => catalyst.close());

const verify = () => ['verify', 'dod', '--only', 'D23', '--lab', catalyst.lab, '--yes'];

async function servers(): Promise<Record<string, string>> {
  const answer = await fetch(`${lab.endpoints['hetzner']}/servers`, {
    headers: { authorization: `Bearer ${lab.credentials['hcloud-token']}` },
  });
  const { servers: all } = (await answer.json()) as { servers: Server[] };
  const own = all.filter(({ labels }) => labels['catalyst.openova.io/sovereign'] === labFqdn);
  return Object.fromEntries(own.map(({ name, status }) => [name, status]));
}

const statuses = async () => [...new Set(Object.values(await servers()))];

test('a dry-run names every server, and powers off none', async () => {
  const { code, document } = await catalyst.json<{ mutations: string[] }>([...verify(), '--dry-run']);
  expect(code).toBe(0);
  const names = Object.keys(await servers());
  for (const name of names) expect(document.result.mutations).toContain(`power off server ${name}`);
  expect(await statuses()).toEqual(['running']);
});

test('killed while all servers are off: the next run powers them on, and the black start passes', async () => {
  const killed = await killedRun(catalyst, lab, {
    ...{ args: verify(), way: 'KILL' },
    diesAt: (key) => /end power off server/.test(key),
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(await statuses()).toContain('off');
  const resumed = await catalyst.run(['resume', '--lab', catalyst.lab, '--yes', '--verbose']);
  expect(resumed.code, resumed.stderr.slice(-3000)).toBe(0);
  expect(resumed.stderr).toMatch(/an earlier run left .* powered off: powering on/);
  expect(await statuses()).toEqual(['running']);
  const { document } = await catalyst.json<Verdict>(['evidence', 'show', '--lab', catalyst.lab]);
  expect(JSON.stringify(document.result)).toMatch(/servers were off at once/);
});

test('interrupted while all servers are off: they are on again when it ends', async () => {
  const ended = await killedRun(catalyst, lab, {
    ...{ args: verify(), way: 'TERM' },
    diesAt: (key) => /end power off server/.test(key),
  });
  expect(ended.code, ended.stderr.slice(-2000)).toBe(130);
  expect(await statuses()).not.toContain('off');
});

test('OpenBao stays sealed after the start: FAIL', async () => {
  let sealing: Promise<unknown> = Promise.resolve();
  const ended = await killedRun(catalyst, lab, {
    args: [...verify(), '--json'],
    way: 'TERM',
    diesAt: () => false,
    onEntry: (key) => {
      if (/begin power off server/.test(key))
        sealing = catalyst.run(['lab', 'fault', 'sealed-openbao', '--lab', catalyst.lab]);
    },
  });
  await sealing;
  const { error } = JSON.parse(ended.stdout) as { error: { message: string } };
  expect([ended.code, error.message]).toEqual([3, expect.stringMatching(/D23 .*failed: .*(sealed|openbao)/i)]);
  await catalyst.run(['lab', 'fault', '--clear', 'all', '--lab', catalyst.lab]);
});
