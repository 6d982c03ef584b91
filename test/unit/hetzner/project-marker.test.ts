/** The project of a Sovereign is known by its marker: with the real gate, a journal on disk and Hetzner of the lab. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog, type LoggedLine, type RequestLog } from '../../../lab/src/requests/request-log.js';
import { openJournal } from '../../../src/engine/journal.js';
import type { HetznerApi, HetznerWriter } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { resourceTypes } from '../../../src/hetzner/api/types.js';
import { findMarkers } from '../../../src/hetzner/marker.js';
import { assertApplicable } from '../../../src/hetzner/purge/plan/applicable.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { fail } from '../../../src/support/errors/errors.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createClusterStep } from '../../../src/walk/steps/create-cluster.js';
import { destroyCluster } from '../../../src/walk/steps/destroy-cluster.js';
import { createPurgeStep } from '../../../src/walk/steps/purge-leftovers.js';
import { createGate } from '../../../src/world/gate/gate.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import { checkProject } from '../../../src/world/hetzner-project.js';
import { bindingOf } from '../../../src/world/journal/journal-binding.js';
import type { Step } from '../../../src/world/step.js';
import type { World } from '../../../src/world/world.js';
import { fakeSsh, fakeWorld, nodeApi } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

type Api = HetznerApi & HetznerWriter;

const fqdn = 'omantel.omani.works';
const clock = hurriedClock();
const foreign = expect.objectContaining({ code: 'E4034', exitCode: 7 });
let lab: HetznerLab;
let log: RequestLog;
let lines: LoggedLine[];
let home: string;
let kept: Map<string, string>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'marker-'));
  log = createRequestLog();
  lines = [];
  log.listen((line) => lines.push(line));
  kept = new Map();
  lab = await createHetznerLab({ log, faults: createFaults(), actionMs: 2, fixtures: () => undefined });
});
afterEach(async () => {
  await lab.close();
  rmSync(home, { recursive: true, force: true });
});

const apiWith = (token: string, signal = new AbortController().signal): Api =>
  createHetznerApi({ token, endpoint: lab.endpoint, signal, clock });
/** The lab's project has one token that may write; this is another one of the same project to whoever compares. */
const rotated = (): Api => ({ ...apiWith(lab.token), tokenFingerprint: 'of-the-rotated-token' });

interface Run {
  api?: Api;
  /** The state folder. */
  at?: string;
  signal?: AbortSignal;
}

/** One command: a process of its own, which has only the disk. */
async function command(make: (world: World) => Step, run: Run = {}) {
  const { at = home, signal = new AbortController().signal, api = apiWith(lab.token, signal) } = run;
  const path = join(at, 'journal.jsonl');
  const journal = openJournal({ path, runId: 'run', by: 'me@here', clock, redactor: createRedactor() });
  if (journal.entries.length === 0) journal.append({ kind: 'bound', inputs: { fqdn } });
  const warnings: string[] = [];
  const hetzner = async () => api;
  const servers = () => [...lab.project.items.server.values()];
  const kube = nodeApi(servers);
  const project = checkProject({ hetzner, fqdn, journal: () => journal, warn: (text) => warnings.push(text) });
  const gate = createGate({
    journal,
    signal,
    undoSignal: signal,
    protects: () => undefined,
    ready: project.before,
    made: project.after,
    adapters: { hetzner, kube: async () => kube } as unknown as Adapters,
  });
  const gone = () => Promise.reject(fail('E3101', 'There is no kubeconfig.'));
  const world = fakeWorld({
    api,
    clock,
    signal,
    stateDir: at,
    kube: async () => (servers().length > 0 && make !== destroy ? kube : gone()),
    requireProject: project.require,
  });
  for (const [name, value] of kept) world.kept.set(name, value);
  const progress = { waiting: () => undefined, output: () => undefined };
  try {
    await make(world).run({ ...gate.forStep({ id: 'x', phase: 0 }), signal, progress });
    return warnings;
  } finally {
    kept = world.kept;
    journal.close();
  }
}

const create = (world: World) => createClusterStep(world, fakeSsh([]));
const purge = (world: World) => createPurgeStep(world);
const destroy = (world: World) => destroyCluster(world, { zones: false, snapshots: false, unprotect: [] }).step;

const markers = async () => (await findMarkers(apiWith(lab.token), fqdn)).map(({ id }) => id);
const writes = () => lines.filter(({ mutating }) => mutating).length;
const count = () => resourceTypes.flatMap((type) => [...lab.project.items[type].values()]).length;
function bound(at = home) {
  const path = join(at, 'journal.jsonl');
  const journal = openJournal({ path, runId: 'look', by: 'me@here', clock, redactor: createRedactor() });
  journal.close();
  return bindingOf(journal.entries)?.hetznerProject?.marker;
}

describe('the marker of the project', () => {
  it('is made before anything else, once, and bound in the journal', async () => {
    expect(await command(create)).toEqual([]);
    const [marker, ...others] = await markers();
    expect(others).toEqual([]);
    expect(lab.project.items.placement_group.get(marker!)).toMatchObject({
      name: 'catalyst-omantel-omani-works-marker',
      servers: [],
      labels: { 'catalyst.openova.io/sovereign': fqdn, 'catalyst.openova.io/role': 'marker' },
    });
    const ours = resourceTypes.flatMap((type) => [...lab.project.items[type].keys()].filter((id) => id > 4_000_000));
    expect(Math.min(...ours)).toBe(marker);
    expect(bound()).toBe(marker);
    await command(create);
    expect(await markers()).toEqual([marker]);
  });

  it('refuses the token of another project, for every command that writes there, and writes nothing', async () => {
    await command(create);
    const strangers = apiWith(lab.strangersToken);
    // What #370 would take for a leftover there.
    await strangers.create('network', {
      name: 'catalyst-omantel-omani-works-net',
      ip_range: '10.0.0.0/16',
      subnets: [],
    });
    const before = writes();
    for (const make of [create, purge, destroy])
      await expect(command(make, { api: strangers })).rejects.toThrow(foreign);
    expect(writes()).toBe(before);
    expect(bound()).toBe((await markers())[0]);
  });

  it('lets a rotated token of the same project pass, and a plan that was made with the one before', async () => {
    await command(create);
    const plan = await makePurgePlan(
      apiWith(lab.token),
      { fqdn, includeLive: true, zones: false, snapshots: false, unprotect: [] },
      clock.now(),
    );
    const limits = { now: new Date(plan.at), maxAgeMs: 1000, max: 100 };
    const [marker] = await markers();
    expect(() => assertApplicable(plan, rotated(), { ...limits, marker })).not.toThrow();
    expect(() => assertApplicable(plan, apiWith(lab.strangersToken), { ...limits, marker: 9_000_001 })).toThrow(
      expect.objectContaining({ code: 'E2007' }),
    );
    await command(destroy, { api: rotated() });
    expect(await markers()).toEqual([]);
  });

  it('is not selected by #370 nor by a plan that includes the live cluster', async () => {
    await command(create);
    await command(purge);
    const selection = { fqdn, includeLive: true, zones: false, snapshots: false, unprotect: [] };
    const { resources } = await makePurgePlan(apiWith(lab.token), selection, clock.now());
    const [marker] = await markers();
    expect(resources.filter(({ selected }) => selected).length).toBeGreaterThan(5);
    expect(resources.find(({ id }) => id === marker)).toMatchObject({ selected: false });
  });

  it('a volume that was attached, or that a CSI driver left, is named when the cluster is destroyed, and stays', async () => {
    await command(create);
    const api = apiWith(lab.token);
    const [server] = [...lab.project.items.server.values()];
    await api.create('volume', { name: 'somebodys-data', size: 10, server: server!.id });
    await api.create('volume', {
      name: 'pvc-1',
      size: 10,
      location: 'fsn1',
      labels: { 'managed-by': 'csi-driver' },
    });
    await expect(command(destroy)).rejects.toMatchObject({
      code: 'E2001',
      exitCode: 5,
      message: expect.stringMatching(
        /volume somebodys-data .*attached to server .*; volume pvc-1 .*a CSI driver made it/,
      ),
    });
    expect([...lab.project.items.volume.values()].map(({ name }) => name)).toEqual(['somebodys-data', 'pvc-1']);
    expect(lab.project.items.server.size).toBe(0);
    expect(await markers()).toEqual([]);
  });

  it('a volume that was attached is named, and stays named, although the destruction was killed after its server went', async () => {
    await command(create);
    const api = apiWith(lab.token);
    const [server] = [...lab.project.items.server.values()];
    await api.create('volume', { name: 'somebodys-data', size: 10, server: server!.id });
    const killed = new AbortController();
    const dying: Api = {
      ...api,
      delete: async (type, id) => {
        if (type === 'network') killed.abort(new Error('killed'));
        killed.signal.throwIfAborted();
        return api.delete(type, id);
      },
    };
    await expect(command(destroy, { api: dying, signal: killed.signal })).rejects.toThrow('killed');
    expect(lab.project.items.server.size).toBe(0);
    for (const _ of [1, 2])
      await expect(command(destroy)).rejects.toMatchObject({
        code: 'E2001',
        message: expect.stringMatching(/volume somebodys-data .*attached to server /),
      });
    const [volume] = [...lab.project.items.volume.values()];
    await api.delete('volume', volume!.id);
    await command(destroy);
    expect(existsSync(join(home, 'attached-volumes.json'))).toBe(false);
  });

  it('goes last when the cluster is destroyed, and the cluster that is built again has a new one', async () => {
    const empty = count();
    await command(create);
    const [first] = await markers();
    await command(destroy);
    expect(count()).toBe(empty);
    const deletions = lines.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    expect(deletions.at(-1)).toBe(`/v1/placement_groups/${first}`);
    expect(bound()).toBeUndefined();
    expect(await command(create)).toEqual([]);
    const [second] = await markers();
    expect(second).not.toBe(first);
    expect(bound()).toBe(second);
  });

  it('that the journal does not know is adopted, and that is said', async () => {
    await command(create);
    const [marker] = await markers();
    const other = mkdtempSync(join(tmpdir(), 'marker-'));
    lab.project.items.load_balancer.clear();
    const warnings = await command(create, { at: other });
    expect(warnings).toEqual([expect.stringContaining(`its marker (${marker}) exists`)]);
    expect(bound(other)).toBe(marker);
    rmSync(other, { recursive: true });
  });

  it('with another id is refused, and so are two', async () => {
    await command(create);
    const [marker] = await markers();
    const group = lab.project.items.placement_group.get(marker!)!;
    lab.project.items.placement_group.set(8_000_000, { ...group, id: 8_000_000, name: 'copy' });
    lab.project.items.load_balancer.clear();
    await expect(command(create)).rejects.toThrow(foreign);
    lab.project.items.placement_group.delete(marker!);
    await expect(command(create)).rejects.toThrow(foreign);
  });

  it('that was deleted by hand is made again with the token that saw it, and with no other', async () => {
    await command(create);
    const [first] = await markers();
    lab.project.items.placement_group.delete(first!);
    await expect(command(create, { api: rotated() })).rejects.toThrow(foreign);
    expect(await markers()).toEqual([]);
    await command(create);
    expect(await markers()).toEqual([bound()]);
    expect(bound()).not.toBe(first);
  });

  it('is bound by the next run when the one that made it died before it could', async () => {
    const death = new AbortController();
    const stop = log.listen(({ method, path }) => {
      if (method === 'POST' && path === '/v1/placement_groups') death.abort(new Error('killed'));
    });
    await expect(command(create, { signal: death.signal })).rejects.toThrow('killed');
    stop();
    const [marker] = await markers();
    expect([marker, bound()]).toEqual([expect.any(Number), undefined]);
    expect(await command(create)).toEqual([]);
    expect(await markers()).toEqual([marker]);
    expect(bound()).toBe(marker);
  });
});
