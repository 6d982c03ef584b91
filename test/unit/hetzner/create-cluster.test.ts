import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults, type Faults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import type { HetznerApi, HetznerWriter } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { resourceTypes, type Server } from '../../../src/hetzner/api/types.js';
import { loadBalancerObject, loadBalancerRef } from '../../../src/kubernetes/load-balancer-addresses.js';
import type { Sovereign } from '../../../src/sovereign/spec/schema.js';
import { fail } from '../../../src/support/errors/errors.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { createClusterStep } from '../../../src/walk/steps/create-cluster.js';
import { fakeGate, fakeSsh, fakeWorld, nodeApi, omantel } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const clock = hurriedClock();
const signal = new AbortController().signal;
let lab: HetznerLab;
let faults: Faults;
let api: HetznerApi & HetznerWriter;
let booted: { server: Server; data: string }[];
let registered: ReturnType<typeof nodeApi>;
const kube = async () => registered;

async function startLab(options: { leftovers?: boolean; serverLimit?: number } = {}) {
  faults = createFaults();
  booted = [];
  registered = nodeApi(() => booted.map(({ server }) => server));
  lab = await createHetznerLab({
    log: createRequestLog(),
    faults,
    actionMs: 5,
    serverLimit: options.serverLimit,
    onServerRunning: (server, data) => booted.push({ server, data }),
    ...(options.leftovers ? {} : { fixtures: () => undefined }),
  });
  api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
}
beforeEach(() => startLab());
afterEach(() => lab.close());

function step(sovereign: Sovereign = omantel()) {
  const hosts: string[] = [];
  const world = fakeWorld({ api, clock, sovereign, signal, kube });
  return { world, hosts, kube: registered, step: createClusterStep(world, fakeSsh(hosts)) };
}

const census = () =>
  resourceTypes
    .flatMap((type) => [...lab.project.items[type].values()].filter(({ id }) => id > 4_000_000).map(() => type))
    .sort()
    .join(' ');
const whole =
  'firewall load_balancer network placement_group placement_group primary_ip primary_ip primary_ip primary_ip primary_ip primary_ip server server server ssh_key';

describe('the cluster step', () => {
  it('builds what its plan said, and then there is nothing left to do', async () => {
    const { step: cluster, world, hosts } = step();
    const gate = fakeGate({ hetzner: async () => api, kube }, signal);
    expect((await cluster.isDone(gate.context)).done).toBe(false);
    const planned = (await cluster.plan(signal)).map(({ sentence }) =>
      sentence.replace('the address of this machine', ''),
    );
    await cluster.run(gate.context);
    expect(gate.made.map(({ sentence }) => sentence).sort()).toEqual(planned.sort());
    expect(census()).toBe(whole);
    expect(await cluster.plan(signal)).toEqual([]);
    expect(await cluster.isDone(gate.context)).toMatchObject({ done: true });
    expect((await cluster.proof(gate.context)).summary).toContain('3 of 3 nodes');
    const [lb] = await api.list('load_balancer');
    expect(world.kept.get('sovereign-kubeconfig')).toContain(`https://${lb!.public_net.ipv4.ip}:6443`);
    expect(hosts[0]).toBe(booted[0]?.server.public_net.ipv4?.ip);
    const [firewall] = await api.list('firewall');
    // visitors come through the load balancer: what the firewall lets in is what listens at a node's own address
    expect(firewall?.rules.map(({ port }) => port)).toEqual(['6443', '53', '53', null]);
    expect(lb?.services.map((one) => [one.listen_port, one.health_check.port, one.proxyprotocol])).toEqual([
      [80, 31080, true],
      [443, 31443, true],
      [6443, 6443, false],
    ]);
    expect(await registered.get(loadBalancerRef)).toMatchObject({
      data: { ipv4: lb!.public_net.ipv4.ip, ipv6: lb!.public_net.ipv6.ip },
    });
    expect(lb?.targets.map((target) => target.use_private_ip)).toEqual([true]);
  });

  it('records the load balancer again when the cluster names another', async () => {
    const { step: cluster } = step();
    const gate = fakeGate({ hetzner: async () => api, kube }, signal);
    await cluster.run(gate.context);
    await registered.apply([loadBalancerObject({ ipv4: '203.0.113.250' })]);
    const again =
      'record the addresses of load balancer catalyst-omantel-omani-works-lb in ConfigMap kube-system/catalyst-load-balancer';
    expect((await cluster.plan(signal)).map(({ sentence }) => sentence)).toEqual([again]);
    expect(await cluster.isDone(gate.context)).toEqual({ done: false });
    gate.made.length = 0;
    await cluster.run(gate.context);
    expect(gate.made.map(({ sentence }) => sentence)).toEqual([again]);
    expect(await cluster.isDone(gate.context)).toMatchObject({ done: true });
  });

  it('lets the others join the first, with a token nobody can guess and a host key that can be pinned', async () => {
    const { step: cluster, world } = step(omantel({ controlPlane: { type: 'cx53', count: 3 } }));
    await cluster.run(fakeGate({ hetzner: async () => api, kube }, signal).context);
    const configs = booted.map(({ server, data }) => {
      const [config] = parseYamlStream(data) as [
        { ssh_keys: object; write_files: { path: string; content: string }[] },
      ];
      const k3s = config.write_files.find(({ path }) => path.endsWith('config.yaml'))!.content;
      return {
        name: server.name,
        keys: config.ssh_keys,
        k3s: parseYamlStream(k3s)[0] as Record<string, unknown>,
        data,
      };
    });
    const first = configs.find(({ name }) => name.endsWith('-cp1'))!;
    expect(first.k3s).toMatchObject({ 'cluster-init': true, 'secrets-encryption': true, 'flannel-backend': 'none' });
    expect(first.k3s['tls-san']).toContain('omantel.omani.works');
    // The load balancer's: a control plane's own would be gone with it.
    const [lb] = await api.list('load_balancer');
    expect(lb?.private_net.map(({ ip }) => ip)).toEqual(['10.0.1.254']);
    expect(first.k3s['tls-san']).toContain('10.0.1.254');
    for (const other of configs.filter(({ name }) => !name.endsWith('-cp1'))) {
      expect(other.k3s).toMatchObject({ server: 'https://10.0.1.254:6443', token: world.kept.get('k3s-token') });
      expect(other.k3s).not.toHaveProperty('cluster-init');
      expect(Buffer.byteLength(other.data)).toBeLessThan(32 * 1024);
    }
    expect(world.kept.get('k3s-token')).toMatch(/^[0-9a-f]{64}$/);
    expect((await api.list('load_balancer'))[0]?.targets).toHaveLength(3);
  });

  it('lets a lost first control plane join those that are left, instead of beginning a second cluster', async () => {
    const { step: cluster } = step(omantel({ controlPlane: { type: 'cx53', count: 3 } }));
    const gate = fakeGate({ hetzner: async () => api, kube: async () => registered }, signal);
    await cluster.run(gate.context);
    const [lost] = await api.list('server', { name: 'catalyst-omantel-omani-works-cp1' });
    await api.settle((await api.delete('server', lost!.id)).actions);
    booted = booted.filter(({ server }) => server.id !== lost!.id);
    await cluster.run(gate.context);
    const again = booted.filter(({ server }) => server.name === lost!.name).map(({ data }) => data);
    expect(again).toEqual([expect.stringContaining('server: https://10.0.1.254:6443')]);
    expect(again[0]).not.toContain('cluster-init');
    expect((await api.list('load_balancer'))[0]?.targets).toHaveLength(3);
    expect(await cluster.plan(signal)).toEqual([]);
  });

  it.each([
    ['10.0.1.0/24', '10.0.1.254', '10.0.1.2'],
    ['10.0.4.0/22', '10.0.7.254', '10.0.4.2'],
    ['10.0.1.64/27', '10.0.1.94', '10.0.1.66'],
  ])('gives the load balancer the last address of %s, whatever servers get', async (subnet, balancer, first) => {
    const { step: cluster } = step(omantel({ network: { subnet } }));
    await cluster.run(fakeGate({ hetzner: async () => api, kube: async () => registered }, signal).context);
    const [lb] = await api.list('load_balancer');
    expect(lb?.private_net.map(({ ip }) => ip)).toEqual([balancer]);
    const [cp1] = await api.list('server', { name: 'catalyst-omantel-omani-works-cp1' });
    expect(cp1?.private_net.map(({ ip }) => ip)).toEqual([first]);
  });

  it('names whoever has the address of the load balancer', async () => {
    const { step: cluster } = step();
    const gate = fakeGate({ hetzner: async () => api, kube: async () => registered }, signal);
    gate.point = () => {
      if ([...lab.project.items.load_balancer.values()].length > 0) throw new Error('killed');
    };
    await expect(cluster.run(gate.context)).rejects.toThrow('killed');
    gate.point = undefined;
    const [network] = await api.list('network');
    await api.create('server', { name: 'other', server_type: 'cx23', image: 'debian-13', location: 'fsn1' });
    const [other] = await api.list('server', { name: 'other' });
    await api.act('server', other!.id, 'attach_to_network', { network: network!.id, ip: '10.0.1.254' });
    await expect(cluster.run(gate.context)).rejects.toMatchObject({
      code: 'E2001',
      message: expect.stringContaining('Something else has 10.0.1.254'),
    });
  });

  it('never makes anything twice when answers are lost', async () => {
    const { step: cluster } = step();
    for (const path of ['networks', 'servers', 'load_balancers', 'firewalls', 'ssh_keys']) {
      faults.add({ method: 'POST', path: `/v1/${path}`, fault: { kind: 'truncate' }, count: 1 });
    }
    faults.add({ method: 'POST', path: '/v1/placement_groups', fault: { kind: 'reset-after' }, count: 1 });
    faults.add({
      method: 'POST',
      path: '/v1/*/actions/*',
      fault: { kind: 'status', status: 502, body: '<html/>' },
      count: 1,
    });
    await cluster.run(fakeGate({ hetzner: async () => api, kube }, signal).context);
    expect(census()).toBe(whole);
  });

  it('can be killed at any change and goes on where it was', async () => {
    const { step: cluster } = step();
    const gate = fakeGate({ hetzner: async () => api, kube }, signal);
    let deaths = 0;
    // Dies before the first change that a run would make, then right after it, and so on until nothing is left to die at.
    let reached = 0;
    gate.point = () => {
      reached += 1;
      if (reached > (deaths % 2) + Math.floor(deaths / 12)) throw new Error('killed');
    };
    const died = () => {
      reached = 0;
      return cluster.run(gate.context).then(
        () => false,
        () => true,
      );
    };
    while (await died()) deaths += 1;
    expect(deaths).toBeGreaterThan(15);
    expect(census()).toBe(whole);
    expect(await cluster.plan(signal)).toEqual([]);
  });

  it('takes nothing that it did not make', async () => {
    await lab.close();
    await startLab({ leftovers: true });
    const { step: cluster } = step();
    // A plan of the whole walk comes before #370 has purged them.
    expect((await cluster.plan(signal)).some(({ sentence }) => sentence.includes('create network'))).toBe(true);
    const before = census();
    const refused = cluster.run(fakeGate({ hetzner: async () => api, kube }, signal).context);
    await expect(refused).rejects.toMatchObject({ code: 'E2006', exitCode: 7 });
    expect(census()).toBe(before);
  });

  it('adds nothing to a cluster whose keys it does not have', async () => {
    const first = step();
    await first.step.run(fakeGate({ hetzner: async () => api, kube }, signal).context);
    const before = census();
    await expect(step().step.run(fakeGate({ hetzner: async () => api, kube }, signal).context)).rejects.toMatchObject({
      code: 'E2009',
      exitCode: 7,
    });
    expect(census()).toBe(before);
  });

  describe('a kubeconfig that is kept', () => {
    const kept = (world: { kept: Map<string, string> }) => world.kept.get('sovereign-kubeconfig') ?? '';
    const destroyServers = async () => {
      for (const { id } of await api.list('server')) await api.settle((await api.delete('server', id)).actions);
      booted = [];
    };

    it('is not taken for that of new servers, whenever the run ends', async () => {
      const { step: cluster, world } = step();
      const gate = fakeGate({ hetzner: async () => api, kube: async () => registered }, signal);
      await cluster.run(gate.context);
      await destroyServers();
      world.kept.set('sovereign-kubeconfig', 'of servers that are gone');
      gate.point = () => {
        if (booted.length > 0) throw new Error('killed');
      };
      await expect(cluster.run(gate.context)).rejects.toThrow('killed');
      expect(kept(world)).toBe('');
      gate.point = undefined;
      const planned = (await cluster.plan(signal)).map(({ sentence }) => sentence);
      expect(planned).toContainEqual(expect.stringMatching(/^let SSH in/));
      await cluster.run(gate.context);
      expect(kept(world)).toContain('certificate-authority-data: Q0E=');
    });

    it('is read anew when another authority signs what answers, and at no other fault', async () => {
      const { step: cluster, world, kube } = step();
      const gate = fakeGate({ hetzner: async () => api, kube: async () => registered }, signal);
      await cluster.run(gate.context);
      const failing = (code: string) => {
        kube.raw = () => Promise.reject(fail('E3101', code, { data: { code } }));
      };
      world.kept.set('sovereign-kubeconfig', 'old');
      failing('ECONNREFUSED');
      expect(await cluster.plan(signal)).toEqual([]);
      failing('SELF_SIGNED_CERT_IN_CHAIN');
      expect((await cluster.plan(signal)).map(({ sentence }) => sentence)).toEqual([
        expect.stringMatching(/^let SSH in/),
        expect.stringMatching(/^close SSH/),
      ]);
      expect(await cluster.isDone(gate.context)).toEqual({ done: false });
      await cluster.run(gate.context);
      expect(kept(world)).toContain('certificate-authority-data: Q0E=');
    });
  });

  it('names what cannot be had', async () => {
    const refused = (hetzner: Record<string, unknown>) => step(omantel(hetzner)).step.plan(signal);
    const type = (name: string) => ({ controlPlane: { type: name, count: 1 } });
    await expect(refused({ location: 'mun1' })).rejects.toMatchObject({ code: 'E2005', message: /no location mun1/ });
    await expect(refused(type('cx23'))).rejects.toMatchObject({ code: 'E2005', message: /at least 16 GB/ });
    await expect(refused(type('cax41'))).rejects.toMatchObject({ code: 'E2005', message: /ARM/ });
    await expect(refused(type('cx42'))).rejects.toMatchObject({ code: 'E2005', message: /retired/ });
    await expect(refused({ ...type('cpx62'), location: 'nbg1' })).rejects.toMatchObject({ code: 'E2002', exitCode: 6 });
    await expect(refused({ ...type('cx53'), location: 'ash' })).rejects.toMatchObject({
      message: /not available in ash/,
    });
  });

  it('orders the cheapest types that fit, and its plan names them', async () => {
    const { step: cluster } = step(omantel({ controlPlane: { count: 1 }, workers: { count: 0 } }));
    const planned = (await cluster.plan(signal)).map(({ sentence }) => sentence);
    expect(planned).toContainEqual(expect.stringContaining('-cp1 (cx53, control plane) in fsn1'));
    expect(planned).toContainEqual(expect.stringContaining('-lb (lb11) in fsn1'));
    await cluster.run(fakeGate({ hetzner: async () => api, kube: async () => registered }, signal).context);
    expect((await api.list('server')).map(({ server_type }) => server_type.name)).toEqual(['cx53']);
    expect(await cluster.plan(signal)).toEqual([]);
  });

  it.each([
    ['none', {}, []],
    ['that one', { type: 'cx53' }, ['set spec.hetzner.controlPlane.type to cpx62, or leave it out']],
  ])('says what to do when a type sells out between plan and order, the spec naming %s', async (_, type, first) => {
    const { step: cluster } = step(omantel({ controlPlane: { count: 1, ...type }, workers: { count: 0 } }));
    const gate = fakeGate({ hetzner: async () => api, kube: async () => registered }, signal);
    faults.add({
      method: 'POST',
      path: '/v1/servers',
      fault: {
        kind: 'status',
        status: 412,
        body: JSON.stringify({ error: { code: 'resource_unavailable', message: 'sold out' } }),
      },
      count: 1,
    });
    await expect(cluster.run(gate.context)).rejects.toMatchObject({
      code: 'E2002',
      exitCode: 6,
      message:
        'Hetzner has just sold out of cx53 in fsn1: server catalyst-omantel-omani-works-cp1 was not created. The cheapest type that fits is now cpx62.',
      actions: [...first, 'catalyst resume', 'catalyst cluster plan shows what is in stock'],
    });
    await cluster.run(gate.context);
    expect(await cluster.plan(signal)).toEqual([]);
  });

  it('ends with the quota when that is reached midway, and resumes', async () => {
    await lab.close();
    await startLab({ serverLimit: 2 });
    const { step: cluster } = step();
    const gate = fakeGate({ hetzner: async () => api, kube }, signal);
    await expect(cluster.run(gate.context)).rejects.toMatchObject({ code: 'E2002', exitCode: 6 });
    expect((await api.list('server')).length).toBe(2);
    lab.project.options.serverLimit = 10;
    await cluster.run(gate.context);
    expect(census()).toBe(whole);
  });

  it('closes SSH also when reading the kubeconfig fails', async () => {
    const world = fakeWorld({ api, clock, signal });
    const failing = {
      run: () => Promise.reject(new Error('no')),
      readFile: async () => 'failed: k3s cannot be installed',
    };
    const cluster = createClusterStep(world, failing);
    await expect(cluster.run(fakeGate({ hetzner: async () => api, kube }, signal).context)).rejects.toThrow(
      /k3s cannot be installed/,
    );
    const [firewall] = await api.list('firewall');
    expect(firewall?.rules.some(({ port }) => port === '22')).toBe(false);
  });
});
