/** A purge read by somebody whose production stands in the same project: every way in which it might take what is theirs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { sovereignLeftovers } from '../../../lab/src/hetzner/leftovers.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import type { HetznerApi, HetznerWriter } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import type { ResourceType } from '../../../src/hetzner/api/types.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import type { PurgePlan } from '../../../src/hetzner/purge/plan/purge-plan.js';
import { noUnfinishedPurges } from '../../../src/hetzner/purge/plan/unfinished.js';
import type { Selection } from '../../../src/hetzner/purge/select/select.js';
import { freely } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const fqdn = 'omantel.omani.works';
const mine = 'catalyst-omantel-omani-works';
const labels = { 'catalyst.openova.io/sovereign': fqdn };
const signal = new AbortController().signal;
const clock = hurriedClock();
const machine = { server_type: 'cx43', image: 'ubuntu-24.04', location: 'fsn1', start_after_create: false };

let lab: HetznerLab;
let api: HetznerApi & HetznerWriter;
let ours: ReturnType<typeof sovereignLeftovers>;

beforeEach(async () => {
  lab = await createHetznerLab({
    log: createRequestLog(),
    faults: createFaults(),
    actionMs: 2,
    fixtures: (project) => {
      ours = sovereignLeftovers(project, fqdn);
    },
  });
  api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
});
afterEach(() => lab.close());

const plan = (selection: Partial<Selection> = {}) =>
  makePurgePlan(
    api,
    { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [], ...selection },
    clock.now(),
  );
const apply = (made: PurgePlan) =>
  applyPurge({ unfinished: noUnfinishedPurges, api, clock, signal, act: freely({ hetzner: async () => api }) }, made);
async function make<T extends ResourceType>(type: T, body: Record<string, unknown>) {
  const { resource, actions } = await api.create(type, body);
  await api.settle(actions);
  return resource;
}
const verdict = (made: PurgePlan, type: ResourceType, id: number) => {
  const row = made.resources.find((one) => one.type === type && one.id === id);
  return `${row?.selected}: ${row?.reason}`;
};

describe('what is theirs is not selected', () => {
  it('though it stands in our network: an autoscaled node, a cloud load balancer, and then nothing that hangs there', async () => {
    const node = { 'hcloud/node-group': 'workers' };
    const own = await make('server', { ...machine, name: 'pool-1', labels: node, networks: [ours.network] });
    const balancer = await make('load_balancer', {
      name: 'ccm',
      load_balancer_type: 'lb11',
      location: 'fsn1',
      network: ours.network,
      labels: { 'hcloud-ccm/service-uid': 'u' },
    });
    const before = await plan();
    expect(verdict(before, 'server', own.id)).toMatch(/^true: made by the autoscaler/);
    expect(verdict(before, 'load_balancer', balancer.id)).toMatch(/^true: made by the cloud controller/);
    // With somebody's server in it the network is shared, and nothing says any more whose these two are.
    await make('server', { ...machine, name: 'orders-db', networks: [ours.network] });
    const after = await plan();
    expect(verdict(after, 'network', ours.network)).toMatch(/^false: server orders-db/);
    expect(verdict(after, 'server', own.id)).toBe('false: what it depends on stays');
    expect(verdict(after, 'load_balancer', balancer.id)).toBe('false: what it depends on stays');
  });

  it('though an autoscaled node of another cluster has a leg in our network', async () => {
    const subnets = [{ type: 'cloud', ip_range: '10.8.1.0/24', network_zone: 'eu-central' }];
    const theirs = await make('network', { name: 'theirs', ip_range: '10.8.0.0/16', subnets });
    const networks = [theirs.id, ours.network];
    const node = await make('server', { ...machine, name: 'pool-2', labels: { 'hcloud/node-group': 'w' }, networks });
    const made = await plan();
    expect(verdict(made, 'server', node.id)).toMatch(/^false/);
    expect(verdict(made, 'network', ours.network)).toMatch(/^false: server pool-2/);
  });

  it('though another Sovereign spells its names the same', async () => {
    const group = await make('placement_group', { name: mine, type: 'spread' });
    expect(verdict(await plan(), 'placement_group', group.id)).toMatch(/^true: its name is exactly/);
    await make('volume', {
      name: 'data',
      size: 10,
      location: 'fsn1',
      labels: { 'catalyst.openova.io/sovereign': 'omantel-omani.works' },
    });
    const made = await plan();
    expect(verdict(made, 'placement_group', group.id)).toContain('could also belong to Sovereign omantel-omani.works');
    expect(verdict(made, 'server', ours.controlPlane)).toMatch(/^true: label/);
  });

  it('though our server would take it along: an address or a backup that somebody else marked or protected', async () => {
    const address = (server: number) =>
      [...lab.project.items.primary_ip.values()].find((ip) => ip.assignee_id === server && ip.type === 'ipv4')!;
    address(ours.controlPlane).labels = { 'catalyst.openova.io/sovereign': 'other.example.org' };
    address(ours.worker).protection = { delete: true };
    const made = await plan();
    expect(verdict(made, 'server', ours.controlPlane)).toMatch(/^false: primary ip .* would go with it/);
    expect(verdict(made, 'server', ours.worker)).toMatch(/^false: primary ip .* would go with it/);
    expect(verdict(await plan({ unprotect: ['primary_ip'] }), 'server', ours.worker)).toMatch(/^true/);
  });

  it('though our load balancer serves it', async () => {
    const server = await make('server', { ...machine, name: 'orders-db' });
    await api.settle(
      await api.act('load_balancer', ours.loadBalancer, 'add_target', { type: 'server', server: { id: server.id } }),
    );
    expect(verdict(await plan(), 'load_balancer', ours.loadBalancer)).toMatch(/^false: server orders-db/);
  });

  it('though our firewall covers it by a label selector', async () => {
    const server = await make('server', { ...machine, name: 'orders-db', labels: { env: 'prod' } });
    const apply_to = [{ type: 'label_selector', label_selector: { selector: 'env==prod' } }];
    await api.settle(await api.act('firewall', ours.firewall, 'apply_to_resources', { apply_to }));
    expect(verdict(await plan(), 'firewall', ours.firewall)).toMatch(/^false: server orders-db/);
    expect(server.labels).toEqual({ env: 'prod' });
  });
});

describe('what lives is not selected', () => {
  it('though its controllers labeled it without an operation of ours: a claim that no node has at the moment', async () => {
    const data = await make('volume', { name: 'pvc-live', size: 10, location: 'fsn1', labels });
    expect(verdict(await plan(), 'volume', data.id)).toMatch(/^true/);
    const part = lab.project.items.network.get(ours.network)!;
    part.labels = { ...part.labels, 'catalyst.openova.io/operation': 'op1' };
    part.created = '2026-10-01T08:00:00+00:00';
    const made = await plan();
    expect(verdict(made, 'volume', data.id)).toContain('younger than the live cluster');
    expect(verdict(await plan({ includeLive: true }), 'volume', data.id)).toMatch(/^true/);
    expect(verdict(made, 'ssh_key', ours.key)).toMatch(/^true/);
  });
});

describe('what became theirs after the plan stays', () => {
  it('a network, a firewall, a volume, a load balancer', async () => {
    const volume = await make('volume', { name: 'scratch', size: 10, location: 'fsn1', labels });
    const made = await plan();
    const server = await make('server', { ...machine, name: 'orders-db', networks: [ours.network] });
    const apply_to = [{ type: 'server', server: { id: server.id } }];
    await api.settle(await api.act('firewall', ours.firewall, 'apply_to_resources', { apply_to }));
    await api.settle(await api.act('volume', volume.id, 'attach', { server: server.id }));
    const target = { type: 'server', server: { id: server.id }, use_private_ip: true };
    await api.settle(await api.act('load_balancer', ours.loadBalancer, 'add_target', target));
    const { skipped, left, deleted } = await apply(made);
    expect(left).toEqual([]);
    const names = [`${mine}-lb`, `${mine}-fw`, `${mine}-net`, 'scratch'];
    expect(skipped.map(({ name }) => name).sort()).toEqual(names.sort());
    for (const { name, reason } of skipped)
      expect(reason, name).toMatch(/orders-db|something that uses it was not deleted/);
    expect(deleted.map(({ name }) => name)).toContain(`${mine}-cp1`);
    expect((await api.get('server', server.id))?.private_net).toHaveLength(1);
  });

  it('and what has been made anew under the same name, or moved to another owner', async () => {
    const volume = await make('volume', { name: 'scratch', size: 10, location: 'fsn1', labels });
    const made = await plan();
    const there = lab.project.items.volume.get(volume.id)!;
    lab.project.items.volume.set(volume.id, { ...there, created: '2026-11-22T00:00:00+00:00' });
    const key = lab.project.items.ssh_key.get(ours.key)!;
    key.labels = { 'catalyst.openova.io/sovereign': 'other.example.org' };
    const { skipped } = await apply(made);
    expect(skipped.map(({ reason }) => reason).sort()).toEqual([
      'it is another resource under the same id',
      'its labels were changed since the plan',
    ]);
  });
});
