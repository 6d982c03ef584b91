import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { plural, resourceTypes } from '../../../src/hetzner/api/types.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { noUnfinishedPurges } from '../../../src/hetzner/purge/plan/unfinished.js';
import { credentialProbes } from '../../../src/walk/credentials/credential-probes.js';
import { createClusterStep } from '../../../src/walk/steps/create-cluster.js';
import { fakeGate, fakeSsh, fakeWorld, freely, nodeApi, omantel } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';
import { openApiContract } from './openapi.js';

/** Every change that the product asks Hetzner for. A new one belongs here, and so is held against the description. */
const protectable = [
  'servers',
  'load_balancers',
  'volumes',
  'floating_ips',
  'primary_ips',
  'networks',
  'images',
  'zones',
];
const changes = [
  ...resourceTypes.map((type) => `DELETE /${plural(type)}/{id}`),
  ...protectable.map((types) => `POST /${types}/{id}/actions/change_protection`),
  'POST /firewalls',
  'POST /firewalls/{id}/actions/remove_from_resources',
  'POST /firewalls/{id}/actions/set_rules',
  'POST /load_balancers',
  'POST /load_balancers/{id}/actions/add_target',
  'POST /load_balancers/{id}/actions/attach_to_network',
  'POST /networks',
  'POST /placement_groups',
  'POST /servers',
  'POST /ssh_keys',
];

const contract = openApiContract();
const signal = new AbortController().signal;
const clock = hurriedClock();
let lab: HetznerLab;
let proxy: Server;
let endpoint: string;
let findings: Set<string>;
let seen: Set<string>;

beforeEach(async () => {
  findings = new Set();
  seen = new Set();
  lab = await createHetznerLab({ log: createRequestLog(), faults: createFaults(), actionMs: 5 });
  proxy = createServer(async (request, response) => {
    const target = request.url ?? '/';
    const body = await read(request);
    const answer = await fetch(lab.endpoint.replace(/\/v1$/, target), {
      method: request.method,
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      body: body === '' ? undefined : body,
    });
    const text = await answer.text();
    const url = new URL(target.replace(/^\/v1/, ''), 'http://x');
    const method = request.method ?? 'GET';
    seen.add(`${method} ${url.pathname.replace(/\d+/g, '{id}')}`);
    const wrong = [
      ...contract!.request(method, url.pathname, url.searchParams, body === '' ? undefined : JSON.parse(body)),
      // Since October 2026 a load balancer's deletion answers with an action; the description is from July.
      ...(method === 'DELETE' && url.pathname.startsWith('/load_balancers/')
        ? []
        : contract!.answer(method, url.pathname, answer.status, text === '' ? undefined : JSON.parse(text))),
    ];
    for (const one of wrong) findings.add(`${method} ${url.pathname.replace(/\d+/g, '{id}')}: ${one}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await lab.close();
});

const why = contract ? '' : ' (skipped: hcloud-openapi.json is not there; CATALYST_REFERENCE names its folder)';

describe.skipIf(!contract)(`every request and every answer fits Hetzner's own description${why}`, () => {
  it('holds for a purge and a creation', async () => {
    const api = createHetznerApi({ token: lab.token, endpoint, signal, clock });
    const selection = {
      fqdn: 'omantel.omani.works',
      includeLive: false,
      zones: true,
      snapshots: true,
      unprotect: [...resourceTypes],
    };
    protectEverything();
    const act = freely({ hetzner: async () => api });
    await applyPurge(
      { unfinished: noUnfinishedPurges, api, clock, signal, act },
      await makePurgePlan(api, selection, clock.now()),
    );
    const sovereign = omantel({ controlPlane: { type: 'cx53', count: 3 } });
    const registered = nodeApi(() => [...lab.project.items.server.values()]);
    const kube = async () => registered;
    const world = fakeWorld({ api, clock, signal, sovereign, kube });
    const step = createClusterStep(world, fakeSsh([]));
    await step.plan(signal);
    await step.run(fakeGate({ hetzner: async () => api, kube }, signal).context);
    const probe = credentialProbes(world).find(({ id }) => id === 'hetzner')!;
    await probe.run(fakeGate({ hetzner: async () => api }, signal).context.act);
    expect([...findings]).toEqual([]);
    const mutating = [...seen].filter((one) => !one.startsWith('GET '));
    expect(mutating.sort()).toEqual(changes.sort());
    expect([...seen]).toContain('GET /actions');
  });

  it('can fail', () => {
    const none = new URLSearchParams();
    expect(contract!.request('POST', '/networks', none, { name: 'n' })).toEqual(['body.ip_range is missing']);
    expect(contract!.request('POST', '/networks', none, { name: 'n', ip_range: 'x', color: 1 })).toEqual([
      'body.color is not known',
    ]);
    expect(contract!.request('GET', '/servers', new URLSearchParams('wheels=4'), undefined)).toHaveLength(1);
    expect(contract!.request('DELETE', '/moons/4', none, undefined)).toHaveLength(1);
    expect(contract!.answer('GET', '/servers/4', 200, { server: { id: 'four' } })).not.toEqual([]);
  });
});

/** A snapshot and a zone beside what the lab holds, and a lock on all that can have one. */
function protectEverything() {
  const { items, newId, now } = lab.project;
  const labels = { 'catalyst.openova.io/sovereign': 'omantel.omani.works' };
  const [system] = items.image.values();
  const snapshot = { ...system!, id: newId(), type: 'snapshot' as const, created: now(), labels };
  items.image.set(snapshot.id, { ...snapshot, name: null, description: 'before the move' });
  const [known] = items.zone.values();
  const zone = { ...known!, id: newId(), name: 'omantel.omani.works', created: now(), labels };
  items.zone.set(zone.id, zone);
  for (const type of resourceTypes) {
    for (const item of items[type].values()) {
      if (item.protection && item.labels?.['catalyst.openova.io/sovereign'] === 'omantel.omani.works')
        item.protection = type === 'server' ? { delete: true, rebuild: true } : { delete: true };
    }
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
