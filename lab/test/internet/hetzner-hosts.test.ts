import { beforeEach, expect, test } from 'vitest';
import type { FirewallRule, Server } from '../../../src/hetzner/api/types.js';
import { createProject, type Project } from '../../src/hetzner/project.js';
import { firewalls } from '../../src/hetzner/resources/firewalls.js';
import { loadBalancers } from '../../src/hetzner/resources/load-balancers.js';
import { networks } from '../../src/hetzner/resources/networks.js';
import { servers } from '../../src/hetzner/resources/servers.js';
import { hetznerHosts } from '../../src/internet/hetzner-hosts.js';
import type { Arrival, Hosts, Packet } from '../../src/internet/internet.js';
import { worldMs } from '../../src/internet/pace.js';
import { createTargets, type Targets } from '../../src/internet/targets.js';

let at: number;
let project: Project;
let targets: Targets;
let hosts: Hosts;
let made: Server[];
/** `name port` → what listens there; a server that is not in it is off. */
let open: Map<string, number[]>;

const clock = { now: () => new Date(at), sleep: () => new Promise<void>(() => undefined) };
const post = (kind: { create?: unknown }, body: object) =>
  (kind.create as (project: Project, body: object) => Record<string, unknown>)(project, body);
const act = (kind: { actions?: unknown }, name: string, item: object, body: object) =>
  (kind.actions as Record<string, (project: Project, item: object, body: object) => unknown>)[name]!(
    project,
    item,
    body,
  );

beforeEach(() => {
  at = 0;
  project = createProject({
    ...{ clock, actionMs: 0, serverLimit: 10, fate: () => 'ok' as const },
    onServerRunning: () => undefined,
    onServerDeleted: () => undefined,
  });
  const { network } = post(networks, {
    ...{ name: 'n', ip_range: '10.0.0.0/16' },
    subnets: [{ type: 'cloud', ip_range: '10.0.1.0/24', network_zone: 'eu-central' }],
  }) as { network: { id: number } };
  made = ['one', 'two'].map((name) => {
    const body = { name, server_type: 'cx53', image: 'ubuntu-24.04', location: 'fsn1', networks: [network.id] };
    const { server } = post(servers, body) as { server: Server };
    return server;
  });
  open = new Map([
    ['one', [22, 31443]],
    ['two', [22, 31443]],
  ]);
  const listens = (server: Server, { port }: { port: number }): Arrival => {
    const ports = open.get(server.name);
    if (!ports) return 'dropped';
    return ports.includes(port) ? server.id : 'refused';
  };
  targets = createTargets({ project, listens, clock });
  hosts = hetznerHosts(project, listens, targets);
  post(loadBalancers, {
    ...{ name: 'lb', load_balancer_type: 'lb11', location: 'fsn1', network: network.id },
    services: [
      {
        ...{ protocol: 'tcp', listen_port: 443, destination_port: 31443 },
        health_check: { protocol: 'tcp', port: 31443, interval: 15, timeout: 10, retries: 3 },
      },
    ],
    targets: made.map(({ id }) => ({ type: 'server', server: { id }, use_private_ip: true })),
  });
});

const lb = () => [...project.items.load_balancer.values()][0]!;
const to = (address: string, port: number, more: Partial<Packet> = {}) =>
  hosts({ from: '198.51.100.7', to: address, port, protocol: 'tcp', ...more });
const rule = (port: string, ...source_ips: string[]): Partial<FirewallRule> => ({
  ...{ direction: 'in', protocol: 'tcp', port, source_ips },
});
/** One interval of the health checks. */
const pass = () => {
  at += worldMs(15);
  targets.check();
};
const begin = () => {
  targets.check();
  pass();
};

test('without a firewall a server answers where something listens; with one, where a rule admits the caller, and else silence', () => {
  const { ip } = made[0]!.public_net.ipv4!;
  expect(to(ip, 22)).toBe(made[0]!.id);
  expect(to(ip, 31443)).toBe(made[0]!.id);
  expect(to(ip, 80)).toBe('refused');
  const { firewall } = post(firewalls, {
    ...{ name: 'f', rules: [rule('22', '198.51.100.7/32'), rule('1024-31000', '0.0.0.0/0')] },
    apply_to: [{ type: 'server', server: { id: made[0]!.id } }],
  }) as { firewall: object };
  expect(to(ip, 22)).toBe(made[0]!.id);
  expect(to(ip, 22, { from: '198.51.100.8' })).toBe('dropped');
  expect(to(ip, 22, { protocol: 'udp' })).toBe('dropped');
  expect(to(ip, 31443)).toBe('dropped');
  expect(to(ip, 31000)).toBe('refused');
  // the other server has none
  expect(to(made[1]!.public_net.ipv4!.ip, 31443)).toBe(made[1]!.id);
  act(firewalls, 'set_rules', firewall, { rules: [rule('22', '203.0.113.0/24')] });
  expect(to(ip, 22)).toBe('dropped');
});

test('a firewall is applied by label too, and a rule for one family does not admit the other', () => {
  made[0]!.labels = { role: 'node' };
  post(firewalls, {
    ...{ name: 'f', rules: [rule('22', '0.0.0.0/0')] },
    apply_to: [{ type: 'label_selector', label_selector: { selector: 'role=node' } }],
  });
  const { ipv4, ipv6 } = made[0]!.public_net;
  expect(to(ipv4!.ip, 22)).toBe(made[0]!.id);
  const six = ipv6!.ip.replace('/64', '1');
  expect(to(six, 22, { from: '2001:db8:c::7' })).toBe('dropped');
  expect(to('203.0.113.250', 22)).toBeUndefined();
});

test('a load balancer answers for its services, at targets that its checks have found healthy, in turn', () => {
  const { ipv4, ipv6 } = lb().public_net;
  expect(to(ipv4.ip!, 443)).toBe('refused');
  begin();
  expect(to(ipv4.ip!, 80)).toBe('refused');
  expect(new Set([to(ipv4.ip!, 443), to(ipv4.ip!, 443)])).toEqual(new Set(made.map(({ id }) => id)));
  expect(typeof to(ipv6.ip!, 443, { from: '2001:db8:c::7' })).toBe('number');
});

test('a target that is gone gets connections until as many checks have failed as the service says, and comes back after as many', () => {
  const { ipv4 } = lb().public_net;
  begin();
  open.delete('two');
  const seen = () => new Set([to(ipv4.ip!, 443), to(ipv4.ip!, 443)]);
  pass();
  pass();
  expect(seen()).toEqual(new Set([made[0]!.id, 'dropped']));
  pass();
  expect(seen()).toEqual(new Set([made[0]!.id]));
  expect(targets.health(lb().id, 443, made[1]!.id)).toBe('unhealthy');
  open.set('two', [31443]);
  pass();
  pass();
  expect(seen()).toEqual(new Set([made[0]!.id]));
  pass();
  expect(seen()).toEqual(new Set(made.map(({ id }) => id)));
});

test('each of three nodes off in turn for a minute: what is lost is lost before its checks have failed, and nothing after', () => {
  const [network] = [...project.items.network.keys()];
  const body = { name: 'three', server_type: 'cx53', image: 'ubuntu-24.04', location: 'fsn1', networks: [network] };
  const { server } = post(servers, body) as { server: Server };
  open.set('three', [31443]);
  act(loadBalancers, 'add_target', lb(), { type: 'server', server: { id: server.id }, use_private_ip: true });
  const { ip } = lb().public_net.ipv4;
  const { interval, retries } = lb().services[0]!.health_check;
  /** Half a second of the world, in which one probe is sent; whether it was answered. */
  const answered = () => {
    at += worldMs(0.5);
    targets.check();
    return typeof to(ip!, 443) === 'number';
  };
  const seconds = (count: number) => Array.from({ length: count * 2 }, answered);
  seconds(interval * 2);
  for (const { id, name } of [...made, server]) {
    open.delete(name);
    const before: boolean[] = [];
    while (targets.health(lb().id, 443, id) === 'healthy') before.push(answered());
    expect(before.filter((one) => !one).length, name).toBeGreaterThan(0);
    // a third of what was sent within the checks, and in the part of an interval before them
    const most = Math.ceil((interval * (retries + 1) * 2) / 3) + 1;
    expect(before.filter((one) => !one).length, name).toBeLessThanOrEqual(most);
    expect(seconds(60)).not.toContain(false);
    open.set(name, [31443]);
    expect(seconds(interval * (retries + 1))).not.toContain(false);
    expect(targets.health(lb().id, 443, id)).toBe('healthy');
  }
});

test('the firewall does not filter what comes over the private network, and does what comes over the public one', () => {
  const { ipv4 } = lb().public_net;
  const applied = made.map(({ id }) => ({ type: 'server', server: { id } }));
  post(firewalls, { name: 'f', rules: [rule('22', '0.0.0.0/0')], apply_to: applied });
  begin();
  expect(typeof to(ipv4.ip!, 443)).toBe('number');
  for (const target of lb().targets) target.use_private_ip = false;
  pass();
  pass();
  pass();
  expect(to(ipv4.ip!, 443)).toBe('refused');
});
