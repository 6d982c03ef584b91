/** A Hetzner program that we did not write sees before and after what we say is there. */
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
import { applyPurge } from '../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../src/hetzner/purge/plan/plan.js';
import { noUnfinishedPurges } from '../../src/hetzner/purge/plan/unfinished.js';
import { systemClock } from '../../src/support/clock.js';
import { freely } from '../fakes/fake-world.js';

const there = spawnSync('hcloud', ['version']).status === 0;
const run = promisify(execFile);
const why = there ? '' : ' (skipped: hcloud is not installed; Debian: apt-get install hcloud-cli)';
let lab: HetznerLab;
let home: string;

const hcloud = async (...args: string[]) => {
  const env = {
    ...process.env,
    HCLOUD_ENDPOINT: lab.endpoint,
    HCLOUD_TOKEN: lab.token,
    HCLOUD_CONFIG: join(home, 'cli.toml'),
  };
  return (await run('hcloud', args, { env })).stdout;
};
const names = async (type: string) =>
  (JSON.parse((await hcloud(type, 'list', '-o', 'json')) || '[]') as { name: string }[] | null)
    ?.map(({ name }) => name)
    .sort() ?? [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hcloud-'));
  lab = await createHetznerLab({ log: createRequestLog(), faults: createFaults(), actionMs: 20 });
});
afterAll(async () => {
  await lab.close();
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(!there)(`seen through Debian's hcloud${why}`, () => {
  it('it makes, waits for, labels, protects and deletes on the lab', async () => {
    await hcloud('network', 'create', '--name', 'theirs', '--ip-range', '10.7.0.0/16');
    await hcloud('volume', 'create', '--name', 'theirs', '--size', '10', '--location', 'fsn1');
    await hcloud('firewall', 'create', '--name', 'theirs');
    await hcloud('volume', 'add-label', 'theirs', 'team=them');
    await hcloud('volume', 'enable-protection', 'theirs', 'delete');
    await expect(hcloud('volume', 'delete', 'theirs')).rejects.toThrow(/protected/);
    expect(await names('network')).toContain('theirs');
    await hcloud('firewall', 'delete', 'theirs');
    expect(await names('firewall')).not.toContain('theirs');
  });

  it('it sees after our purge exactly what the plan did not select', async () => {
    const signal = new AbortController().signal;
    const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal });
    const selection = {
      fqdn: 'omantel.omani.works',
      includeLive: false,
      zones: false,
      snapshots: false,
      unprotect: [],
    };
    const plan = await makePurgePlan(api, selection, new Date());
    const types: [string, string][] = [
      ['server', 'server'],
      ['load-balancer', 'load_balancer'],
      ['volume', 'volume'],
      ['network', 'network'],
      ['firewall', 'firewall'],
      ['floating-ip', 'floating_ip'],
      ['primary-ip', 'primary_ip'],
      ['certificate', 'certificate'],
      ['placement-group', 'placement_group'],
      ['ssh-key', 'ssh_key'],
    ];
    const planned = (type: string, only?: boolean) =>
      plan.resources
        .filter((row) => row.type === type && (only === undefined || row.selected === only))
        .map(({ name }) => name)
        .sort();
    for (const [theirs, ours] of types) expect(await names(theirs), theirs).toEqual(planned(ours));
    const act = freely({ hetzner: async () => api });
    const result = await applyPurge({ unfinished: noUnfinishedPurges, api, clock: systemClock, signal, act }, plan);
    expect(result).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
    for (const [theirs, ours] of types) expect(await names(theirs), theirs).toEqual(planned(ours, false));
  });
});
