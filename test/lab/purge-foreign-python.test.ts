/**
 * Hetzner's official Python client, which we did not write, makes, waits and deletes on the lab's Hetzner, and sees after our
 * purge and our create just what we say is there: two Sovereigns with names that begin alike, protected servers, an attached
 * volume, a load balancer with a certificate, a firewall by label selector, unlabeled CSI volumes, somebody's database.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../lab/src/requests/faults.js';
import { createRequestLog } from '../../lab/src/requests/request-log.js';
import { createHetznerApi } from '../../src/hetzner/api/create-api.js';
import type { ResourceType } from '../../src/hetzner/api/types.js';
import { applyPurge } from '../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../src/hetzner/purge/plan/plan.js';
import type { PurgePlan } from '../../src/hetzner/purge/plan/purge-plan.js';
import { noUnfinishedPurges } from '../../src/hetzner/purge/plan/unfinished.js';
import { systemClock } from '../../src/support/clock.js';
import { createClusterStep } from '../../src/walk/steps/create-cluster.js';
import { fakeGate, fakeSsh, fakeWorld, freely, nodeApi } from '../fakes/fake-world.js';

const home = mkdtempSync(join(tmpdir(), 'hcloud-python-'));
const python = join(home, 'venv', 'bin', 'python');
const missing = install();
const why = missing ? ` (skipped: ${missing})` : '';
const run = promisify(execFile);
const signal = new AbortController().signal;
const fqdn = 'omantel.omani.works';
const base = 'catalyst-omantel-omani-works';

let lab: HetznerLab;

/** Why the client is not to be had here; undefined when it is. */
function install(): string | undefined {
  if (spawnSync('python3', ['-m', 'venv', join(home, 'venv')], { timeout: 60_000 }).status !== 0)
    return 'python3 with venv is not installed';
  const asked = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '10', 'hcloud>=2.27,<3'];
  return spawnSync(python, asked, { timeout: 90_000 }).status === 0
    ? undefined
    : 'pip cannot install hcloud from the package index';
}

async function client<T>(what: string): Promise<T> {
  const env = { ...process.env, HCLOUD_ENDPOINT: lab.endpoint, HCLOUD_TOKEN: lab.token };
  return JSON.parse((await run(python, [join(import.meta.dirname, 'purge-foreign.py'), what], { env })).stdout) as T;
}
type Seen = Record<ResourceType, string[]>;
const everything = () => client<Seen>('everything');

beforeAll(async () => {
  lab = await createHetznerLab({ log: createRequestLog(), faults: createFaults(), actionMs: 20 });
});
afterAll(async () => {
  await lab.close();
  rmSync(home, { recursive: true, force: true });
});

const api = () => createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal });
const plan = (unprotect: ResourceType[] = []) =>
  makePurgePlan(api(), { fqdn, includeLive: false, zones: false, snapshots: false, unprotect }, new Date());
const apply = (made: PurgePlan) =>
  applyPurge(
    {
      unfinished: noUnfinishedPurges,
      api: api(),
      clock: systemClock,
      signal,
      act: freely({ hetzner: async () => api() }),
    },
    made,
  );
function named(made: PurgePlan, only?: boolean): Seen {
  const seen: Record<string, string[]> = {};
  for (const { type, name, selected } of made.resources) {
    seen[type] ??= [];
    if (only === undefined || selected === only) seen[type].push(name);
  }
  for (const names of Object.values(seen)) names.sort();
  return seen as Seen;
}

describe.skipIf(missing)(`seen through Hetzner's own Python client${why}`, () => {
  it('it makes, waits, is refused, and deletes', async () => {
    const before = await everything();
    expect(await client('make-and-delete')).toEqual({ status: 'running', refused: 'protected', labeled: ['theirs'] });
    await expect.poll(everything, { timeout: 10_000 }).toEqual(before);
  });

  it('it sees after our purge exactly what the plan let stand, protected servers and all that hangs on them included', async () => {
    expect(await client('hand-work')).toEqual({ protected: true });
    const all = await plan();
    expect(await everything()).toMatchObject(named(all));
    const first = named(all, true);
    expect(first.server).toEqual([`${base}-w1`]);
    expect(first.network).toEqual([]);
    expect(await apply(all)).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
    expect(await everything()).toMatchObject(named(all, false));

    const lifted = await plan(['server']);
    expect(named(lifted, true).server).toEqual([`${base}-cp1`]);
    expect(named(lifted, true).network).toEqual([`${base}-net`]);
    expect(await apply(lifted)).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
    const seen = await everything();
    expect(seen).toMatchObject(named(lifted, false));
    expect(seen).toMatchObject({
      server: [`${base}-dev-cp1`, `${base}-dev-w1`, 'orders-db'],
      load_balancer: [`${base}-dev-lb`],
      network: [`${base}-dev-net`, 'office'],
      firewall: [`${base}-dev-fw`],
      certificate: [],
      zone: ['omani.works.dev'],
    });
    expect(seen.volume).toEqual(
      [`${base}-backup`, 'orders-db-data', 'pvc-9d0b7c52-3f4e-4a8a-8a0f-55d3b1a0c3de', 'pvc-detached'].sort(),
    );
  });

  it('it sees after our create one of each part, and nothing else that is new', async () => {
    const before = await everything();
    const servers = [`${base}-cp1`, `${base}-w1`, `${base}-w2`];
    const registered = nodeApi(() => servers.map((name) => ({ name })));
    const kube = async () => registered;
    const world = fakeWorld({ api: api(), clock: systemClock, signal, kube });
    await createClusterStep(world, fakeSsh([])).run(fakeGate({ hetzner: async () => api(), kube }, signal).context);
    const after = await everything();
    const made = Object.entries(after).map(([type, names]) => {
      const old = [...before[type as ResourceType]];
      return [type, names.filter((name) => !old.includes(name)).length];
    });
    expect(Object.fromEntries(made)).toMatchObject({
      server: 3,
      load_balancer: 1,
      network: 1,
      firewall: 1,
      // that of the control plane, and the marker of the project
      placement_group: 2,
      ssh_key: 1,
      volume: 0,
      floating_ip: 0,
      certificate: 0,
      zone: 0,
    });
    expect(after.server).toEqual([...before.server, ...servers].sort());
  });
});
