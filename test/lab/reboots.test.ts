/** `ha` means ha: each node is rebooted in turn, at Hetzner, while people use the Sovereign. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { worldMs } from '../../lab/src/internet/pace.js';
import type { LoadBalancer, Server } from '../../src/hetzner/api/types.js';
import { parseSpec } from '../../src/sovereign/spec/load-spec.js';
import type { Sovereign } from '../../src/sovereign/spec/schema.js';
import { specToYaml } from '../../src/sovereign/spec/spec-yaml.js';
import { systemClock } from '../../src/support/clock.js';
import { waitUntil } from '../../src/support/wait.js';
import { createDialer } from '../../src/tools/dialer/dialer.js';
import { createDnsQuery } from '../../src/tools/dns/dns-client.js';
import { createHttp } from '../../src/tools/http/http-client.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

const { signal } = new AbortController();
const everyMs = 500;
let catalyst: Catalyst;
let lab: LabInfo;
let spec: Sovereign;

beforeAll(async () => {
  catalyst = catalystAtHome('reboots');
  lab = await catalyst.up();
  const given = parseSpec(readFileSync(lab.spec, 'utf8'), lab.spec);
  given.spec.hetzner.controlPlane.count = 3;
  given.spec.hetzner.workers.count = 0;
  writeFileSync(lab.spec, specToYaml(given));
  spec = given;
});
afterAll(() => catalyst.close());

async function hetzner<T>(path: string, method = 'GET'): Promise<T> {
  const answer = await fetch(`${lab.endpoints['hetzner']}${path}`, {
    method,
    headers: { authorization: `Bearer ${lab.credentials['hcloud-token']}` },
  });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as T;
}

const balancer = async (): Promise<LoadBalancer> => {
  const { load_balancers } = await hetzner<{ load_balancers: LoadBalancer[] }>('/load_balancers');
  return load_balancers.find(({ targets }) => targets.length === 3)!;
};

/** What the checks of every service found of a target. */
async function healthOf(server: number): Promise<Set<string>> {
  const target = (await balancer()).targets.find((one) => one.server?.id === server)!;
  return new Set((target.health_status ?? []).map(({ status }) => status ?? ''));
}

const until = (reason: string, look: () => Promise<boolean>) =>
  waitUntil<true>({
    ...{ reason, timeoutMs: 60_000, clock: systemClock, signal, pauseMs: 50, maxPauseMs: 50 },
    look: async () => ((await look()) ? { done: true } : { pending: reason }),
  });

interface Probe {
  /** Whether the checks had acted when it began. */
  settled: boolean;
  error?: string;
}

/** As somebody outside: by name, on a connection of its own, twice a second until stopped. */
function probing(isSettled: () => boolean) {
  const { resolver, connectTo, caBundle } = spec.spec.access;
  const http = createHttp({ signal, dialer: createDialer({ connectTo, resolver, caBundle }) });
  const probes: Promise<Probe>[] = [];
  const timer = setInterval(() => {
    const settled = isSettled();
    const answer = http({ url: `https://probe.${spec.spec.fqdn}/`, timeoutMs: 2000, insecure: true });
    probes.push(
      answer.then(
        () => ({ settled }),
        (error: unknown) => ({ settled, error: String(error) }),
      ),
    );
  }, everyMs);
  return async () => {
    clearInterval(timer);
    return Promise.all(probes);
  };
}

test('nothing is lost once the health checks have acted, whichever node is rebooted', async () => {
  for (const phase of ['0', '1', '2']) {
    const { code, document } = await catalyst.json([
      'phase',
      'run',
      phase,
      '--lab',
      catalyst.lab,
      '--yes',
      '--confirm',
      spec.spec.fqdn,
    ]);
    expect(code, JSON.stringify(document.error)).toBe(0);
  }
  const { servers } = await hetzner<{ servers: Server[] }>('/servers');
  const targets = new Set((await balancer()).targets.map((target) => target.server?.id));
  const nodes = servers.filter(({ id }) => targets.has(id));
  expect(nodes).toHaveLength(3);
  const dns = createDnsQuery({ ...spec.spec.access, signal });
  const soa = (server: string) =>
    dns({ server, name: spec.spec.fqdn, type: 'SOA', transport: 'udp', timeoutMs: 400 }).then(
      ({ answers }) => answers.length > 0,
      () => false,
    );
  for (const { id } of nodes) await until(`${id} is healthy`, async () => isOnly(await healthOf(id), 'healthy'));

  for (const { id, name, public_net } of nodes) {
    const address = public_net.ipv4!.ip;
    expect(await soa(address), name).toBe(true);
    let settled = true;
    const stop = probing(() => settled);
    settled = false;
    await hetzner(`/servers/${id}/actions/reboot`, 'POST');
    // it is silent: its DNS as well as its API
    expect(await soa(address), name).toBe(false);
    await until(`the checks find ${name} unhealthy`, async () => isOnly(await healthOf(id), 'unhealthy'));
    settled = true;
    await until(`the checks find ${name} healthy again`, async () => isOnly(await healthOf(id), 'healthy'));
    await until(`${name} answers DNS again`, () => soa(address));
    const probes = await stop();
    const lost = probes.filter(({ error }) => error);
    expect(lost.filter((probe) => probe.settled)).toEqual([]);
    expect(probes.filter((probe) => probe.settled).length, name).toBeGreaterThan(0);
    // while they had not: what was sent within their interval times retries, the part of an interval before, and what was under way
    const { interval, retries } = (await balancer()).services[0]!.health_check;
    const most = Math.ceil(worldMs(interval * (retries + 1)) / everyMs) + 3;
    expect(lost.length, JSON.stringify(lost)).toBeLessThanOrEqual(most);
  }
});

const isOnly = (found: ReadonlySet<string>, wanted: string): boolean => found.size === 1 && found.has(wanted);
