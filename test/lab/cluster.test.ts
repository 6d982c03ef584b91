/** Story: the cluster is created by the built CLI, which dies midway again and again, and is taken down by its label alone. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HetznerApi } from '../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../src/hetzner/api/create-api.js';
import { type ResourceType, resourceTypes } from '../../src/hetzner/api/types.js';
import { listType } from '../../src/hetzner/purge/plan/inventory.js';
import { type Catalyst, catalystAtHome } from './catalyst.js';

const fqdn = 'omantel.omani.works';
/** Deaths in a usual test run; the full number is 30. */
const kills = Number(process.env['CATALYST_KILLS'] ?? 4);
const signal = new AbortController().signal;

let catalyst: Catalyst;
let api: HetznerApi;

beforeAll(async () => {
  catalyst = catalystAtHome('cluster');
  const lab = await catalyst.up();
  api = createHetznerApi({ token: lab.credentials['hcloud-token']!, endpoint: lab.endpoints['hetzner'], signal });
  const { document } = await catalyst.json<{ file: string }>(args('purge', 'plan'));
  const purged = await catalyst.run(args('purge', 'apply', document.result.file, '--confirm', fqdn));
  expect(purged.code, purged.stderr).toBe(0);
});
afterAll(() => catalyst.close());

const args = (...more: string[]) => [...more, '--lab', catalyst.lab];

async function census(): Promise<Partial<Record<ResourceType, string[]>>> {
  const lists = await Promise.all(
    resourceTypes.map(async (type) => {
      const ours = (await listType(api, type)).filter(
        ({ labels }) => labels?.['catalyst.openova.io/sovereign'] === fqdn,
      );
      return [type, ours.map(({ name }) => name ?? '').sort()] as const;
    }),
  );
  return Object.fromEntries(lists.filter(([, names]) => names.length > 0));
}

const base = 'catalyst-omantel-omani-works';
const whole = {
  load_balancer: [`${base}-lb`],
  server: [`${base}-cp1`, `${base}-w1`, `${base}-w2`],
  firewall: [`${base}-fw`],
  placement_group: [base, `${base}-marker`],
  network: [`${base}-net`],
  ssh_key: [base],
};

describe('the cluster at Hetzner', () => {
  it(`is whole and single after ${kills} deaths`, async () => {
    let died = 0;
    for (let round = 0; round < kills; round++) {
      // From before the first change to after the last, at another moment each time.
      const killAfterMs = 900 + ((round * 977) % 2600);
      const { signal: by } = await catalyst.run(args('cluster', 'create', '--yes'), { killAfterMs });
      if (by === 'SIGKILL') died += 1;
    }
    const last = await catalyst.json(args('cluster', 'create', '--yes'));
    expect(last.document, JSON.stringify(last.document.error)).toMatchObject({ status: 'ok' });
    expect(died).toBeGreaterThan(0);
    expect(await census()).toEqual(whole);
    const [firewall] = await api.list('firewall', { name: `${base}-fw` });
    expect(firewall?.rules.some(({ port }) => port === '22')).toBe(false);
    const [balancer] = await api.list('load_balancer', { name: `${base}-lb` });
    expect(balancer?.targets).toHaveLength(1);
    const again = await catalyst.json<{ mutations?: unknown[] }>(args('plan'));
    const left = (again.document.result.mutations as { step: string }[]).filter(({ step }) => step === 'cluster');
    expect(left).toEqual([]);
  });

  it('gives its kubeconfig, and tells its state', async () => {
    const file = join(catalyst.home, 'kubeconfig');
    expect((await catalyst.run(args('cluster', 'kubeconfig', '--out', file))).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('certificate-authority-data');
    const { document } = await catalyst.json<{ parts: { state: string }[]; nodes: { name: string }[] }>(
      args('cluster', 'status'),
    );
    expect(document.result.nodes.map(({ name }) => name).sort()).toEqual(whole.server);
    expect(document.result.parts.map(({ state }) => state)).not.toContain('missing');
  });

  it('is taken down by label, without what this machine knew', async () => {
    const refused = await catalyst.json(args('cluster', 'destroy', '--yes', '--confirm', 'omantel'));
    expect([refused.code, refused.document.error?.code]).toEqual([7, 'E4006']);
    expect(await census()).toEqual(whole);
    rmSync(join(catalyst.home, 'catalyst', 'labs', catalyst.lab, 'state'), { recursive: true, force: true });
    const { document } = await catalyst.json<{ left: unknown[] }>(args('cluster', 'destroy', '--confirm', fqdn));
    expect(document, JSON.stringify(document.error)).toMatchObject({ status: 'ok', result: { left: [] } });
    expect(await census()).toEqual({});
    expect((await api.list('server')).map(({ name }) => name)).toContain('orders-db');
  });
});
