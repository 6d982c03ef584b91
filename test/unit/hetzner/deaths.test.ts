/**
 * Death at 30 random moments of a purge and of a create, each a moment at which Hetzner has just been asked something, with the
 * real gate and a journal on disk: what was in memory is gone, nothing more is written, the next process has only the disk.
 * The stories in test/lab kill the real process besides. CATALYST_SEED repeats a run.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog, type LoggedLine, type RequestLog } from '../../../lab/src/requests/request-log.js';
import { openJournal } from '../../../src/engine/journal.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { resourceTypes } from '../../../src/hetzner/api/types.js';
import { applyPurge } from '../../../src/hetzner/purge/apply/apply.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createClusterStep } from '../../../src/walk/steps/create-cluster.js';
import { createGate } from '../../../src/world/gate/gate.js';
import type { Adapters } from '../../../src/world/gate/writers.js';
import { checkProject } from '../../../src/world/hetzner-project.js';
import { bindingOf } from '../../../src/world/journal/journal-binding.js';
import { unfinishedPurgesOf } from '../../../src/world/journal/unfinished-purges.js';
import { fakeSsh, fakeWorld, nodeApi } from '../../fakes/fake-world.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const points = 30;
const seed = Number(process.env['CATALYST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const fqdn = 'omantel.omani.works';
const clock = hurriedClock();

/** mulberry32: the same seed, the same moments. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let lab: HetznerLab;
let registered: ReturnType<typeof nodeApi>;
let log: RequestLog;
let home: string;

async function startLab(leftovers: boolean) {
  home = mkdtempSync(join(tmpdir(), 'deaths-'));
  log = createRequestLog();
  const fixtures = leftovers ? {} : { fixtures: () => undefined };
  lab = await createHetznerLab({ log, faults: createFaults(), actionMs: 2, ...fixtures });
  registered = nodeApi(() => [...lab.project.items.server.values()]);
}
async function stopLab() {
  await lab.close();
  rmSync(home, { recursive: true, force: true });
}
afterEach(stopLab);

/** A process that dies when the lab has been asked so many of the things that count; true when it came to its end. */
async function lives(
  dieAt: number,
  work: (tools: ReturnType<typeof toolsOf>) => Promise<unknown>,
  counts: (line: LoggedLine) => boolean = () => true,
): Promise<boolean> {
  const death = new AbortController();
  let asked = 0;
  const stop = log.listen((line) => {
    if (counts(line)) asked += 1;
    if (asked === dieAt) death.abort(new Error('killed'));
  });
  const tools = toolsOf(death.signal);
  try {
    await work(tools);
    return true;
  } catch (error) {
    if (!death.signal.aborted) throw error;
    return false;
  } finally {
    stop();
    tools.journal.close();
  }
}

function toolsOf(signal: AbortSignal) {
  const path = join(home, 'journal.jsonl');
  const open = openJournal({ path, runId: 'run', by: 'me@here', clock, redactor: createRedactor() });
  if (open.entries.length === 0) open.append({ kind: 'bound', inputs: { fqdn } });
  const journal: typeof open = {
    ...open,
    append(entry) {
      // The dead write nothing.
      signal.throwIfAborted();
      return open.append(entry);
    },
  };
  const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
  const adapters = { hetzner: async () => api, kube: async () => registered } as unknown as Adapters;
  const project = checkProject({ hetzner: async () => api, fqdn, journal: () => journal, warn: () => undefined });
  const hooks = { ready: project.before, made: project.after };
  const gate = createGate({ journal, signal, undoSignal: signal, protects: () => undefined, adapters, ...hooks });
  const acting = gate.forStep({ id: 'x', phase: 0 });

  const unfinished = unfinishedPurgesOf({ stateDir: home });
  return { journal, ...acting, api, signal, unfinished };
}

const ids = () =>
  resourceTypes
    .flatMap((type) => [...lab.project.items[type].values()].filter(({ id }) => id > 4_000_000).map((one) => one.id))
    .sort();
const census = () =>
  resourceTypes
    .flatMap((type) => [...lab.project.items[type].values()].filter(({ id }) => id > 4_000_000).map(() => type))
    .sort()
    .join(' ');

describe(`death at ${points} random moments (CATALYST_SEED=${seed})`, () => {
  it('of a purge: the same set is gone, and nothing else', { timeout: 120_000 }, async () => {
    const random = randomFrom(seed);
    let midway = 0;
    let writes = 0;
    for (let point = 0; point <= points; point++) {
      await startLab(true);
      const first = toolsOf(new AbortController().signal);
      const selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };
      const plan = await makePurgePlan(first.api, selection, clock.now());
      first.journal.close();
      const stays = plan.resources.filter(({ selected }) => !selected).map(({ id }) => id);
      const purge = ({ act, api, signal, unfinished }: ReturnType<typeof toolsOf>) =>
        applyPurge({ api, clock, signal, act, unfinished }, plan);
      // Counted in writes, of which the undisturbed run of the first round tells the number: most moments are then midway.
      const dieAt = writes === 0 ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * writes);
      await lives(dieAt, purge, ({ mutating }) => {
        if (point === 0 && mutating) writes += 1;
        return mutating;
      });
      const left = ids().length - stays.length;
      if (left > 0 && left < plan.resources.length - stays.length) midway += 1;
      const end = toolsOf(new AbortController().signal);
      const result = await purge(end);
      end.journal.close();
      expect(result, `death at write ${dieAt}`).toMatchObject({ skipped: [], left: [], leaks: [], missing: [] });
      expect(ids(), `death at write ${dieAt}`).toEqual(stays.sort());
      if (point < points) await stopLab();
    }
    expect(midway).toBeGreaterThan(0);
  });

  it('of a purge that is planned again each time, as #370 and cluster destroy do: no volume is orphaned', {
    timeout: 120_000,
  }, async () => {
    const random = randomFrom(seed + 2);
    // Each round dies several times.
    const rounds = points / 3;
    let orphanable = 0;
    for (let point = 0; point < rounds; point++) {
      await startLab(true);
      const selection = { fqdn, includeLive: true, zones: false, snapshots: false, unprotect: [] };
      const purge = async ({ act, api, signal, unfinished }: ReturnType<typeof toolsOf>) => {
        const plan = await makePurgePlan(api, selection, clock.now(), { unfinished: unfinished.plans() });
        stays ??= plan.resources.filter(({ selected }) => !selected).map(({ id }) => id);
        return applyPurge({ api, clock, signal, act, unfinished }, plan);
      };
      let stays: number[] | undefined;
      // Dies over and over in the same project, until it comes through.
      while (!(await lives(1 + Math.floor(random() * 6), purge, ({ mutating }) => mutating))) {
        const volumes = [...lab.project.items.volume.values()];
        if (volumes.some(({ name, server }) => name?.startsWith('pvc-5b6f2d0c') && server === null)) orphanable += 1;
      }
      expect(ids(), `point ${point}`).toEqual(stays?.sort());
      expect(existsSync(join(home, 'purges')) ? readdirSync(join(home, 'purges')) : []).toEqual([]);
      if (point < rounds - 1) await stopLab();
    }
    expect(orphanable).toBeGreaterThan(0);
  });

  it('of a create: one of each part, however often it died', { timeout: 120_000 }, async () => {
    const random = randomFrom(seed + 1);
    let deaths = 0;
    let made = '';
    while (deaths < points) {
      await startLab(false);
      const kept = new Map<string, string>();
      const create = async ({ act, undo, api, signal }: ReturnType<typeof toolsOf>) => {
        const world = fakeWorld({ api, clock, signal, kube: async () => registered });
        for (const [name, value] of kept) world.kept.set(name, value);
        const keep = world.credentials.set;
        world.credentials.set = async (name, value) => {
          kept.set(name, value);
          await keep(name, value);
        };
        const progress = { waiting: () => undefined, output: () => undefined };
        await createClusterStep(world, fakeSsh([])).run({ act, undo, signal, progress });
      };
      // Dies over and over in the same project, until it comes through.
      for (;;) {
        if (await lives(4 + Math.floor(random() * 40), create)) break;
        deaths += 1;
      }
      expect(await lives(Number.POSITIVE_INFINITY, create)).toBe(true);
      made ||= census();
      expect(made).toContain('network placement_group placement_group primary_ip');
      expect(census()).toBe(made);
      expect(lab.project.items.server.size).toBe(3);
      const marker = [...lab.project.items.placement_group.values()].filter(({ name }) => name.endsWith('-marker'));
      const end = toolsOf(new AbortController().signal);
      expect(marker.map(({ id }) => id)).toEqual([bindingOf(end.journal.entries)?.hetznerProject?.marker]);
      end.journal.close();
      const [firewall] = lab.project.items.firewall.values();
      expect(firewall?.rules.some(({ port }) => port === '22')).toBe(false);
      const [balancer] = lab.project.items.load_balancer.values();
      expect(balancer?.targets).toHaveLength(1);
      if (deaths < points) await stopLab();
    }
  });
});
