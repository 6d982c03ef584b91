/**
 * Purge of 200 mixed resources at a simulated 50 ms per request: requests each, wall time against the longest chain of
 * dependencies, and against Debian's hcloud deleting the same kind of set one after the other, in the same run. Then memory
 * from 50 to 5000 resources.
 */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const dist = join(import.meta.dirname, '../dist/src');
const load = (path) => import(join(dist, path));
const { createHetznerLab } = await load('lab/hetzner/lab-hetzner.js');
const { createFaults } = await load('lab/faults.js');
const { createRequestLog } = await load('lab/request-log.js');
const { createHetznerApi } = await load('hetzner/create-api.js');
const { makePurgePlan } = await load('hetzner/purge/plan.js');
const { applyPurge } = await load('hetzner/purge/apply.js');
const { systemClock } = await load('support/clock.js');

const fqdn = 'bench.example.org';
const labels = { 'catalyst.openova.io/sovereign': fqdn };
const delayMs = 50;
const actionMs = 120;
const signal = new AbortController().signal;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

async function lab() {
  const faults = createFaults();
  const made = await createHetznerLab({
    log: createRequestLog(),
    faults,
    actionMs,
    serverLimit: 10_000,
    rateLimit: 1_000_000,
    fixtures: () => undefined,
  });
  return { made, faults, api: createHetznerApi({ token: made.token, endpoint: made.endpoint, signal }) };
}

async function fill(api, count) {
  const each = Math.floor(count / 10);
  const times = (n, make) => Promise.all(Array.from({ length: n }, (_, index) => make(index)));
  const create = (type, body) => api.create(type, { labels, ...body });
  const networks = await times(each, (n) =>
    create('network', { name: `n${n}`, ip_range: '10.0.0.0/16', subnets: [{ type: 'cloud', ip_range: '10.0.1.0/24', network_zone: 'eu-central' }] }),
  );
  const servers = await times(each * 2, (n) =>
    create('server', { name: `s${n}`, server_type: 'cx43', image: 'ubuntu-24.04', location: 'fsn1', networks: [networks[n % each].resource.id], public_net: { enable_ipv4: false, enable_ipv6: false } }),
  );
  const rest = await Promise.all([
    times(each * 2, (n) => create('volume', { name: `v${n}`, size: 10, server: servers[n].resource.id })),
    times(each, (n) => create('load_balancer', { name: `l${n}`, load_balancer_type: 'lb11', location: 'fsn1' })),
    times(each, (n) => create('placement_group', { name: `g${n}`, type: 'spread' })),
    times(each, (n) => create('firewall', { name: `f${n}` })),
    times(each * 2, (n) => create('ssh_key', { name: `k${n}`, public_key: `ssh-ed25519 ${Buffer.from(`key ${n}`).toString('base64')}` })),
  ]);
  await api.settle([...servers, ...rest.flat()].flatMap(({ actions }) => actions));
}

const selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };
const change = (_, make) => make('bench');

async function ours(count, delay) {
  const { made, faults, api } = await lab();
  await fill(api, count);
  const plan = await makePurgePlan(api, selection, new Date());
  if (delay) faults.add({ server: 'hetzner', fault: { kind: 'delay', ms: delay } });
  collect();
  const heap = process.memoryUsage().heapUsed;
  const before = api.requests();
  const from = performance.now();
  const result = await applyPurge({ api, clock: systemClock, signal, change }, plan);
  const seconds = (performance.now() - from) / 1000;
  collect();
  const grown = (process.memoryUsage().heapUsed - heap) / 2 ** 20;
  await made.close();
  return { seconds, deleted: result.deleted.length, requests: api.requests() - before, grown };
}

async function theirs(count) {
  const { made, faults, api } = await lab();
  await fill(api, count);
  const env = { ...process.env, HCLOUD_ENDPOINT: made.endpoint, HCLOUD_TOKEN: made.token, HCLOUD_CONFIG: '/nonexistent' };
  faults.add({ server: 'hetzner', fault: { kind: 'delay', ms: delayMs } });
  const hcloud = (...args) => new Promise((resolve) => execFile('hcloud', args, { env }, (error) => resolve(!error)));
  const from = performance.now();
  for (const type of ['server', 'volume', 'load_balancer', 'placement_group', 'firewall', 'network', 'ssh_key']) {
    for (const { id } of [...made.project.items[type].values()]) await hcloud(type.replaceAll('_', '-'), 'delete', String(id));
  }
  const seconds = (performance.now() - from) / 1000;
  await made.close();
  return seconds;
}

const say = (name, text) => console.log(`${name.padEnd(28)} ${text}`);
const run = await ours(200, delayMs);
// Listing, delete of a server, its action, one look at it, delete of its network, listing.
const chain = (5 * delayMs + actionMs) / 1000;
say('purge of 200', `${run.seconds.toFixed(3)} s   ${(run.requests / run.deleted).toFixed(2)} requests each   ${(run.seconds / chain).toFixed(2)} × longest chain (${chain.toFixed(3)} s)`);
if (spawnSync('hcloud', ['version']).status === 0) {
  const loop = await theirs(200);
  say('hcloud in a loop', `${loop.toFixed(3)} s   ${(loop / run.seconds).toFixed(1)} × slower`);
} else say('hcloud in a loop', 'not measured: hcloud is not installed (Debian: hcloud-cli)');
for (const count of [50, 5000]) {
  const { grown, deleted, seconds } = await ours(count, 0);
  say(`purge of ${deleted}`, `${seconds.toFixed(1)} s   heap kept ${grown.toFixed(1)} MB`);
}
