import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults, type Faults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import type { HetznerApi, HetznerWriter } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { resourceTypes } from '../../../src/hetzner/api/types.js';
import type { HetznerAct } from '../../../src/hetzner/mutation.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { assertApplicable } from '../../../src/hetzner/purge/plan/applicable.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { type PurgePlan, parsePurgePlan } from '../../../src/hetzner/purge/plan/purge-plan.js';
import { noUnfinishedPurges } from '../../../src/hetzner/purge/plan/unfinished.js';
import type { Selection } from '../../../src/hetzner/purge/select/select.js';
import { hashOf } from '../../../src/support/hash.js';
import { freely } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const fqdn = 'omantel.omani.works';
const base: Selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };
const signal = new AbortController().signal;

let lab: HetznerLab;
let faults: Faults;
let api: HetznerApi & HetznerWriter;
const clock = hurriedClock();
const changes: string[] = [];
const free = freely({ hetzner: async () => api });
const act: HetznerAct = (mutation, make) => {
  changes.push(mutation.sentence);
  return free(mutation, make);
};

beforeEach(async () => {
  faults = createFaults();
  changes.length = 0;
  lab = await createHetznerLab({ log: createRequestLog(), faults, actionMs: 5 });
  api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
});
afterEach(() => lab.close());

const plan = (selection: Partial<Selection> = {}) => makePurgePlan(api, { ...base, ...selection }, clock.now());
const apply = (made: PurgePlan) => applyPurge({ unfinished: noUnfinishedPurges, api, clock, signal, act }, made);
const names = (made: PurgePlan, type: string) =>
  made.resources.filter((row) => row.selected && row.type === type).map(({ name }) => name);
const world = () =>
  resourceTypes.flatMap((type) =>
    [...lab.project.items[type].values()].filter((one) => one.id > 4_000_000).map((one) => `${type} ${one.name}`),
  );

describe('what a purge selects', () => {
  it('is what a label, an exact name or a thread says, and nothing that looks alike', async () => {
    const made = await plan();
    expect(names(made, 'server')).toEqual(['catalyst-omantel-omani-works-cp1', 'catalyst-omantel-omani-works-w1']);
    expect(names(made, 'load_balancer')).toEqual(['catalyst-omantel-omani-works-lb', 'a81f0c9e2b6d4437-console']);
    expect(names(made, 'volume')).toEqual(['pvc-5b6f2d0c-7a1e-4c39-9d55-0f2f6c0e9a11', 'omantel-scratch']);
    expect(names(made, 'placement_group')).toEqual(['catalyst-omantel-omani-works']);
    expect(names(made, 'network')).toEqual(['catalyst-omantel-omani-works-net']);
    expect(names(made, 'zone')).toEqual([]);
    const reasonOf = (name: string) => made.resources.find((row) => row.name === name)?.reason;
    expect(reasonOf('catalyst-omantel-omani-works-dev-cp1')).toContain('names Sovereign omantel.omani.works.dev');
    expect(reasonOf('catalyst-omantel-omani-works-backup')).toContain('only looks like');
    expect(reasonOf('orders-db')).toContain('nothing ties it');
    expect(made.resources.find((row) => row.name === 'catalyst-omantel-omani-works-cp1')?.implies.join()).toContain(
      '203.0.113.',
    );
  });

  it('leaves what something that stays uses', async () => {
    const guarded = [...lab.project.items.server.values()].find(
      ({ name }) => name === 'catalyst-omantel-omani-works-w1',
    )!;
    guarded.protection = { delete: true, rebuild: true };
    const made = await plan();
    for (const type of ['network', 'firewall']) expect(names(made, type)).toEqual([]);
    expect(names(made, 'volume')).toEqual(['omantel-scratch']);
    expect(names(await plan({ unprotect: ['server'] }), 'network')).toHaveLength(1);
  });

  it('never takes the live cluster unless asked', async () => {
    const server = [...lab.project.items.server.values()].find(
      ({ name }) => name === 'catalyst-omantel-omani-works-cp1',
    )!;
    server.labels = { ...server.labels, 'catalyst.openova.io/operation': 'abc' };
    server.created = '2026-11-20T09:00:00+00:00';
    expect(names(await plan(), 'server')).toEqual(['catalyst-omantel-omani-works-w1']);
    expect(names(await plan({ includeLive: true }), 'server')).toHaveLength(2);
  });

  it('stops when a list fails, rather than call the project clean', async () => {
    faults.add({ server: 'hetzner', path: '/v1/volumes', fault: { kind: 'status', status: 200, body: '{}' } });
    await expect(plan()).rejects.toMatchObject({ code: 'E2001' });
  });
});

describe('what a purge does', () => {
  it('deletes exactly what was planned, in an order the project allows', async () => {
    const made = await plan();
    const stays = made.resources.filter(({ selected }) => !selected).map(({ type, name }) => `${type} ${name}`);
    const before = api.requests();
    const result = await apply(made);
    expect(result).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
    expect(result.deleted).toHaveLength(made.resources.filter(({ selected }) => selected).length);
    expect(world().sort()).toEqual(stays.sort());
    expect(api.requests() - before).toBeLessThan(80);
    expect((await plan()).resources.some(({ selected }) => selected)).toBe(false);
  });

  it('skips what changed since the plan and says why', async () => {
    const made = await plan();
    const [scratch] = await api.list('volume', { name: 'omantel-scratch' });
    lab.project.find('volume', scratch!.id).labels = { 'keep-me': 'please' };
    const [floating] = await api.list('floating_ip', { name: 'omantel-old-console' });
    await api.act('floating_ip', floating!.id, 'change_protection', { delete: true });
    const result = await apply(made);
    expect(result.skipped.map(({ name, reason }) => `${name}: ${reason}`).sort()).toEqual([
      'omantel-old-console: it was protected since the plan',
      'omantel-scratch: its labels were changed since the plan',
    ]);
    expect(await api.get('volume', scratch!.id)).toBeDefined();
  });

  it('goes through refusals that pass, and tells of those that do not', async () => {
    faults.add({ method: 'DELETE', path: '/v1/servers/*', fault: { kind: 'reset' }, count: 1 });
    faults.add({ method: 'DELETE', path: '/v1/networks/*', fault: problem(409, 'conflict'), count: 2 });
    faults.add({ method: 'DELETE', path: '/v1/load_balancers/*', fault: { kind: 'truncate' }, count: 1 });
    faults.add({ method: 'DELETE', path: '/v1/volumes/*', fault: problem(423, 'locked'), count: 3 });
    faults.add({
      method: 'DELETE',
      path: '/v1/firewalls/*',
      fault: { kind: 'status', status: 502, body: '<html/>' },
      count: 1,
    });
    faults.add({ method: 'DELETE', path: '/v1/ssh_keys/*', fault: problem(403, 'forbidden') });
    const result = await apply(await plan());
    expect(result.left.map(({ type }) => type)).toEqual(['ssh_key']);
    expect(result.left[0]?.reason).toContain('forbidden');
  });

  it('lifts protection and firewalls by selector only as told', async () => {
    for (const server of lab.project.items.server.values()) server.protection = { delete: true, rebuild: true };
    const [firewall] = [...lab.project.items.firewall.values()];
    const selector = `catalyst.openova.io/sovereign==${fqdn}`;
    firewall!.applied_to.push({ type: 'label_selector', label_selector: { selector } });
    const result = await apply(await plan({ unprotect: ['server'] }));
    expect(result).toMatchObject({ skipped: [], left: [] });
    expect(changes.some((sentence) => sentence.startsWith('lift the delete protection of server'))).toBe(true);
    expect((await api.list('server')).map(({ name }) => name).sort()).toEqual([
      'catalyst-omantel-omani-works-dev-cp1',
      'catalyst-omantel-omani-works-dev-w1',
      'orders-db',
    ]);
  });
});

describe('a purge that died', () => {
  it('goes on with a server whose protection it had already lifted', async () => {
    for (const server of lab.project.items.server.values()) server.protection = { delete: true, rebuild: true };
    const made = await plan({ unprotect: ['server'] });
    const dying: HetznerAct = async (mutation, make) => {
      if (mutation.sentence.startsWith('delete server')) throw new Error('killed');
      return free(mutation, make);
    };
    const died = await applyPurge({ unfinished: noUnfinishedPurges, api, clock, signal, act: dying }, made);
    expect(died.left.map(({ type }) => type)).toContain('server');
    expect(await apply(made)).toMatchObject({ skipped: [], left: [] });
  });
});

/** A plan as somebody would edit it: with its hash made anew. */
function edited(made: PurgePlan, edit: (plan: PurgePlan) => void): PurgePlan {
  const copy = structuredClone(made);
  edit(copy);
  const { hash: _, ...content } = copy;
  return parsePurgePlan(JSON.stringify({ ...content, hash: hashOf(content) }), 'p.json');
}

describe('a plan that was edited by hand', () => {
  it("deletes nothing when it selects somebody else's resources, and names them", async () => {
    const before = world();
    const foreign = edited(await plan(), ({ resources }) => {
      for (const row of resources) if (/orders-db|-dev-/.test(row.name)) row.selected = true;
    });
    const refusal = await apply(foreign).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'E2010', exitCode: 7 });
    expect(String(refusal)).toMatch(/server orders-db .*nothing ties it/);
    expect(String(refusal)).toMatch(/dev-cp1 .*names Sovereign omantel.omani.works.dev/);
    expect(world()).toEqual(before);
    expect(changes).toEqual([]);
  });

  it('does not delete what it calls ours by invented labels', async () => {
    const forged = edited(await plan(), ({ resources }) => {
      const row = resources.find(({ name, type }) => name === 'orders-db' && type === 'server')!;
      Object.assign(row, { selected: true, labels: { 'catalyst.openova.io/sovereign': fqdn } });
    });
    const { skipped } = await apply(forged);
    expect(skipped.map(({ name }) => name)).toEqual(['orders-db']);
    expect(world()).toContain('server orders-db');
  });

  it('is refused when it has fields, types or values that catalyst does not write', async () => {
    const made = await plan();
    for (const edit of [
      (one: PurgePlan) => Object.assign(one, { resources: null }),
      (one: PurgePlan) => Object.assign(one.resources[0]!, { id: '7' }),
      (one: PurgePlan) => Object.assign(one.selection, { everything: true }),
      (one: PurgePlan) => Object.assign(one, { at: 7 }),
    ])
      expect(() => edited(made, edit)).toThrow(/is not a purge plan/);
  });
});

describe('a saved plan', () => {
  it('is applied only whole, fresh, to its own project and within --max', async () => {
    const made = await plan();
    const text = JSON.stringify(made);
    expect(parsePurgePlan(text, 'p.json')).toEqual(made);
    const forged = text.replace('"selected":false', '"selected":true');
    expect(() => parsePurgePlan(forged, 'p.json')).toThrow(/hash/);
    const limits = { now: new Date(made.at), maxAgeMs: 1000, max: 100 };
    expect(() => assertApplicable(made, api, limits)).not.toThrow();
    expect(() => assertApplicable(made, api, { ...limits, max: 3 })).toThrow(/more than the 3/);
    const late = { ...limits, now: new Date(Date.parse(made.at) + 2000) };
    expect(() => assertApplicable(made, api, late)).toThrow(/too old/);
    const early = { ...limits, now: new Date(Date.parse(made.at) - 3_600_000) };
    expect(() => assertApplicable(made, api, early)).toThrow(/not a time in the past/);
    expect(() => assertApplicable({ ...made, at: 'soon' }, api, limits)).toThrow(/not a time in the past/);
    const other = createHetznerApi({ token: lab.readOnlyToken, endpoint: lab.endpoint, signal, clock });
    expect(() => assertApplicable(made, other, limits)).toThrow(/another Hetzner token/);
  });
});

function problem(status: number, code: string) {
  return { kind: 'status' as const, status, body: JSON.stringify({ error: { code, message: code, details: null } }) };
}
