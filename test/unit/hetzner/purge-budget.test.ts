import { afterEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import type { HetznerApi, HetznerWriter } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { noUnfinishedPurges } from '../../../src/hetzner/purge/plan/unfinished.js';
import { systemClock } from '../../../src/support/clock.js';
import { freely } from '../../fakes/fake-world.js';
import { stoppedTime } from './stopped-time.js';

const fqdn = 'omantel.omani.works';
const labels = { 'catalyst.openova.io/sovereign': fqdn };
const signal = new AbortController().signal;
const selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };
let lab: HetznerLab | undefined;
afterEach(() => lab?.close());

/** 200 resources of ten types that hang on each other, as the API itself would make them. */
async function project(api: HetznerApi & HetznerWriter): Promise<HetznerApi & HetznerWriter> {
  const many = <T>(count: number, make: (n: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, n) => make(n)));
  const networks = await many(10, (n) =>
    api.create('network', {
      name: `n${n}`,
      labels,
      ip_range: `10.${n}.0.0/16`,
      subnets: [{ type: 'cloud', ip_range: `10.${n}.1.0/24`, network_zone: 'eu-central' }],
    }),
  );
  const firewalls = await many(10, (n) => api.create('firewall', { name: `f${n}`, labels }));
  const groups = await many(10, (n) => api.create('placement_group', { name: `g${n}`, labels, type: 'spread' }));
  const servers = await many(40, (n) =>
    api.create('server', {
      name: `s${n}`,
      labels,
      server_type: 'cx43',
      image: 'ubuntu-24.04',
      location: 'fsn1',
      networks: [networks[n % 10]!.resource.id],
      firewalls: [{ firewall: firewalls[n % 10]!.resource.id }],
      placement_group: groups[n % 10]!.resource.id,
      public_net: { enable_ipv4: false, enable_ipv6: false },
    }),
  );
  const made = await Promise.all([
    many(40, (n) => api.create('volume', { name: `v${n}`, labels, size: 10, server: servers[n]!.resource.id })),
    many(20, (n) =>
      api.create('load_balancer', {
        name: `l${n}`,
        labels,
        load_balancer_type: 'lb11',
        location: 'fsn1',
        network: networks[n % 10]!.resource.id,
      }),
    ),
    many(20, (n) => api.create('floating_ip', { name: `i${n}`, labels, type: 'ipv4', home_location: 'fsn1' })),
    many(20, (n) => api.create('primary_ip', { name: `p${n}`, labels, type: 'ipv4', location: 'fsn1' })),
    many(20, (n) =>
      api.create('ssh_key', {
        name: `k${n}`,
        labels,
        public_key: `ssh-ed25519 ${Buffer.from(`key ${n}`).toString('base64')}`,
      }),
    ),
    many(10, (n) => api.create('certificate', { name: `c${n}`, labels, type: 'uploaded' })),
  ]);
  await api.settle([...servers, ...made.flat()].flatMap(({ actions }) => actions));
  return api;
}

describe('the budget of a purge', () => {
  it('deletes 200 mixed resources with at most 1.2 requests each, polls and listings included', async () => {
    lab = await createHetznerLab({
      log: createRequestLog(),
      faults: createFaults(),
      actionMs: 20,
      serverLimit: 100,
      fixtures: () => undefined,
    });
    const api = await project(createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal }));
    const plan = await makePurgePlan(api, selection, new Date());
    const count = plan.resources.filter(({ selected }) => selected).length;
    expect(count).toBe(200);
    const before = api.requests();
    const result = await applyPurge(
      { unfinished: noUnfinishedPurges, api, clock: systemClock, signal, act: freely({ hetzner: async () => api }) },
      plan,
    );
    expect(result).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
    expect((api.requests() - before) / count).toBeLessThanOrEqual(1.2);
  });

  it('waits for nothing but the longest chain: list, delete a server, see it gone, delete what hung on it, list', async () => {
    const { clock, transport, now, takes, stop } = stoppedTime({ actionMs: 120 });
    const api = await project(createHetznerApi({ token: 'simulated', endpoint: 'http://x', signal, clock, transport }));
    const plan = await makePurgePlan(api, selection, clock.now());
    takes.ms = 50;
    const from = now();
    const result = await applyPurge(
      { unfinished: noUnfinishedPurges, api, clock, signal, act: freely({ hetzner: async () => api }) },
      plan,
    );
    stop();
    expect(result.deleted).toHaveLength(200);
    expect(now() - from).toBeLessThanOrEqual(1.01 * (5 * takes.ms + 120));
  });
});
