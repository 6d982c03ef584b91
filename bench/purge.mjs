/**
 * Purge of 200 mixed resources at a simulated 50 ms per request: requests each, wall time against the longest chain of
 * dependencies walked by bare fetch, and against Debian's hcloud deleting the same kind of set one after the other, in the
 * same run. Then memory from 50 to 5000 resources.
 */
import { execFile, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const dist = join(import.meta.dirname, '../dist/src');
const load = (path) => import(join(dist, path));
const { createHetznerApi } = await load('hetzner/api/create-api.js');
const { makePurgePlan } = await load('hetzner/purge/plan/plan.js');
const { applyPurge } = await load('hetzner/purge/apply/apply.js');
const { resourceTypes } = await load('hetzner/api/types.js');
const { systemClock } = await load('support/clock.js');

const fqdn = 'bench.example.org';
const delayMs = 50;
const actionMs = 120;
const signal = new AbortController().signal;

/** A project with so many resources, in a process of its own. */
async function lab(count) {
  const child = fork(join(import.meta.dirname, 'purge-lab.mjs'), [fqdn, String(count), String(actionMs)], { execArgv: [] });
  const [{ endpoint, token }] = await once(child, 'message');
  return {
    endpoint,
    token,
    api: createHetznerApi({ token, endpoint, signal }),
    async slow() {
      child.send({ delayMs });
      await once(child, 'message');
    },
    close: () => child.disconnect(),
  };
}

const selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };

async function ours(count, { slow = false, each = () => undefined } = {}) {
  const { api, ...there } = await lab(count);
  const plan = await makePurgePlan(api, selection, new Date());
  if (slow) await there.slow();
  const before = api.requests();
  const from = performance.now();
  const act = async (_, make) => {
    const made = await make('bench');
    each();
    return made;
  };
  const result = await applyPurge({ api, clock: systemClock, signal, act }, plan);
  const seconds = (performance.now() - from) / 1000;
  there.close();
  return { seconds, deleted: result.deleted.length, requests: api.requests() - before };
}

/** The least that any purge of this set can take: look, delete a server, see that it has gone, delete its network, look. */
async function chain() {
  const { api, endpoint, token, ...there } = await lab(10);
  await there.slow();
  const call = async (method, path) => {
    const answer = await fetch(`${endpoint}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    return answer.status === 204 ? undefined : answer.json();
  };
  await call('GET', '/locations');
  const from = performance.now();
  const { servers: all } = await call('GET', '/servers');
  const [server] = all;
  const { action } = await call('DELETE', `/servers/${server.id}`);
  await systemClock.sleep(actionMs, signal);
  while ((await call('GET', `/actions/${action.id}`)).action.status === 'running');
  // The other server of the network is not on the chain: it goes at the same time.
  await call('DELETE', `/volumes/${server.volumes[0]}`);
  await call('GET', '/servers');
  const seconds = (performance.now() - from) / 1000;
  there.close();
  return seconds;
}

async function theirs(count) {
  const { api, endpoint, token, ...there } = await lab(count);
  const all = await Promise.all(resourceTypes.map(async (type) => [type, type === 'image' ? [] : await api.list(type)]));
  const items = Object.fromEntries(all);
  const env = { ...process.env, HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token, HCLOUD_CONFIG: '/nonexistent' };
  await there.slow();
  const hcloud = (...args) => new Promise((resolve) => execFile('hcloud', args, { env }, (error) => resolve(!error)));
  const from = performance.now();
  for (const type of ['server', 'volume', 'load_balancer', 'placement_group', 'firewall', 'network', 'ssh_key']) {
    for (const { id } of items[type]) await hcloud(type.replaceAll('_', '-'), 'delete', String(id));
  }
  const seconds = (performance.now() - from) / 1000;
  there.close();
  return seconds;
}

const say = (name, text) => console.log(`${name.padEnd(28)} ${text}`);

async function speed() {
  const runs = [];
  const chains = [];
  // The first warms up; of the others the best counts on both sides: whatever else this machine does is not theirs.
  await ours(200);
  for (let round = 0; round < 7; round++) {
    chains.push(await chain());
    runs.push(await ours(200, { slow: true }));
  }
  const longest = Math.min(...chains);
  const seconds = Math.min(...runs.map((run) => run.seconds));
  const [{ requests, deleted }] = runs;
  say(`purge of ${deleted}`, `${seconds.toFixed(3)} s   ${(requests / deleted).toFixed(2)} requests each   ${(seconds / longest).toFixed(2)} × longest chain (${longest.toFixed(3)} s), best of ${runs.length}`);
  if (spawnSync('hcloud', ['version']).status === 0) {
    const loop = await theirs(200);
    say('hcloud in a loop', `${loop.toFixed(3)} s   ${(loop / seconds).toFixed(1)} × slower`);
  } else say('hcloud in a loop', 'not measured: hcloud is not installed (Debian: hcloud-cli)');
}

/** Prints what a purge of so many takes, as JSON: in a process of its own, with what is alive weighed twenty times on the way. */
async function alone(count) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let made = 0;
  let live = 0;
  const each = () => {
    if (made++ % Math.ceil(count / 20) !== 0) return;
    collect();
    live = Math.max(live, process.memoryUsage().heapUsed / 2 ** 20);
  };
  const { deleted } = await ours(count, { each });
  console.log(JSON.stringify({ deleted, live }));
  process.exit(0);
}

if (process.argv[2] === '--alone') await alone(Number(process.argv[3]));
else {
  await speed();
  for (const count of [50, 500, 5000]) {
    const { deleted, live } = JSON.parse(execFileSync(process.execPath, [import.meta.filename, '--alone', String(count)]));
    say(`memory, purge of ${deleted}`, `alive at most ${live.toFixed(0)} MB`);
  }
}
