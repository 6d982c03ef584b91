/** Story: a project with the leftovers of two Sovereigns and somebody's database; one of them is purged with the built CLI. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../lab/src/requests/faults.js';
import { createRequestLog, type LoggedLine, type RequestLog } from '../../lab/src/requests/request-log.js';
import { type ResourceType, resourceTypes } from '../../src/hetzner/api/types.js';
import { toYaml } from '../../src/support/yaml/write-yaml.js';
import { omantel } from '../fakes/fake-world.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
const fqdn = 'omantel.omani.works';
/** Points of death in a usual test run; the full number is 30. */
const kills = Number(process.env['CATALYST_KILLS'] ?? 4);

interface Row {
  type: ResourceType;
  id: number;
  name: string;
  selected: boolean;
  reason: string;
  implies: string[];
}
interface Plan {
  hash: string;
  project: string;
  resources: Row[];
  file: string;
}
interface Document<T> {
  status: string;
  result: T;
  error?: { code: string; exitCode: number; message: string };
}

let home: string;
let lab: HetznerLab;
let log: RequestLog;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'purge-'));
  log = createRequestLog();
  lab = await createHetznerLab({ log, faults: createFaults(), actionMs: 60 });
  writeFileSync(join(home, 'sovereign.yaml'), toYaml(omantel()));
});
afterEach(async () => {
  await lab.close();
  rmSync(home, { recursive: true, force: true });
});

/** `dieAt`: SIGKILL at so many writes seen by the lab; `dieOn`: at the first write to that path. */
function catalyst<T>(args: string[], options: { token?: string; dieAt?: number; dieOn?: string } = {}) {
  return new Promise<{ code: number | null; document: Document<T> | undefined }>((resolve, reject) => {
    const env = {
      ...process.env,
      XDG_STATE_HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      HCLOUD_TOKEN: options.token ?? lab.token,
      HCLOUD_ENDPOINT: lab.endpoint,
    };
    const child = spawn(process.execPath, [bin, ...args, '--json', '--no-input'], { env, cwd: home });
    let seen = 0;
    const stop = log.listen(({ mutating, path }) => {
      if (mutating) seen += 1;
      if (mutating && path === options.dieOn) child.kill('SIGKILL');
      if (seen === options.dieAt) child.kill('SIGKILL');
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      stop();
      resolve({ code, document: text.startsWith('{') ? (JSON.parse(text) as Document<T>) : undefined });
    });
  });
}

const world = () =>
  resourceTypes
    .flatMap((type) =>
      [...lab.project.items[type].values()].filter(({ id }) => id > 4_000_000).map((one) => `${type} ${one.id}`),
    )
    .sort();
const stays = (plan: Plan) =>
  plan.resources
    .filter(({ selected }) => !selected)
    .map(({ type, id }) => `${type} ${id}`)
    .sort();

async function planned(): Promise<Plan> {
  const { code, document } = await catalyst<Plan>(['purge', 'plan']);
  expect(code).toBe(0);
  return document!.result;
}

describe('cluster destroy', () => {
  it('killed between a server and its volumes leaves no orphan', async () => {
    const volume = [...lab.project.items.volume.values()].find(({ name }) => name?.startsWith('pvc-5b6f2d0c'))!;
    const server = volume.server!;
    const before = (await planned()).resources.filter(({ selected }) => !selected);
    const destroy = ['cluster', 'destroy', '--confirm', fqdn];
    const died = await catalyst(destroy, { dieOn: `/v1/servers/${server}` });
    expect(died.code).toBeNull();
    const purges = join(home, 'catalyst', fqdn, 'purges');
    expect(readdirSync(purges).length).toBeGreaterThan(0);
    await vi.waitUntil(() => !lab.project.items.server.has(server));
    expect(lab.project.items.volume.get(volume.id)).toMatchObject({ server: null });
    const again = await catalyst(destroy);
    expect(again.document, JSON.stringify(again.document?.error)).toMatchObject({ status: 'ok', result: { left: [] } });
    expect(lab.project.items.volume.has(volume.id)).toBe(false);
    expect(world()).toEqual(before.map(({ type, id }) => `${type} ${id}`).sort());
    expect(readdirSync(purges)).toEqual([]);
  });

  it('takes nothing by a record of an unfinished purge that somebody wrote or changed', async () => {
    const plan = await planned();
    const first = await catalyst(['purge', 'apply', plan.file, '--confirm', fqdn], { dieAt: 4 });
    expect(first.code).not.toBe(0);
    const purges = join(home, 'catalyst', fqdn, 'purges');
    const text = readFileSync(join(purges, `${plan.hash}.json`), 'utf8');
    writeFileSync(join(purges, `${'0'.repeat(64)}.json`), text);
    expect((await catalyst(['purge', 'plan'])).code).toBe(0);
    writeFileSync(join(purges, `${plan.hash}.json`), text.replace('"selected": false', '"selected": true'));
    const refused = await catalyst(['purge', 'apply', plan.file, '--confirm', fqdn]);
    expect([refused.code, refused.document?.error?.code]).toEqual([7, 'E2011']);
  });
});

describe('purge plan and apply', () => {
  it('plans with a read-only token, refuses what it must, and deletes exactly the plan', async () => {
    const looked = await catalyst<Plan>(['purge', 'plan'], { token: lab.readOnlyToken });
    expect(looked.code).toBe(0);
    const other = await catalyst(['purge', 'apply', looked.document!.result.file, '--confirm', fqdn]);
    expect([other.code, other.document?.error?.code]).toEqual([7, 'E2007']);

    const plan = await planned();
    const before = world();
    const refusals: [string[], number, string][] = [
      [[], 7, 'E4006'],
      [['--yes'], 7, 'E4006'],
      [['--confirm', 'omantel'], 7, 'E4006'],
      [['--confirm', fqdn, '--max', '3'], 7, 'E4006'],
      [['--confirm', fqdn, '--max-age', '1ms'], 7, 'E4005'],
    ];
    for (const [flags, exit, code] of refusals) {
      const { code: got, document } = await catalyst(['purge', 'apply', plan.file, ...flags]);
      expect([got, document?.error?.code, document?.error?.exitCode], flags.join(' ')).toEqual([exit, code, exit]);
    }
    const tampered = join(home, 'tampered.json');
    writeFileSync(tampered, readFileSync(plan.file, 'utf8').replace('"selected": false', '"selected": true'));
    expect((await catalyst(['purge', 'apply', tampered, '--confirm', fqdn])).code).toBe(7);
    const dry = await catalyst<{ mutations: string[] }>(['purge', 'apply', plan.file, '--dry-run']);
    expect(dry.document?.result.mutations.length).toBeGreaterThan(10);
    expect(world()).toEqual(before);

    const writes: LoggedLine[] = [];
    const stop = log.listen((line) => line.mutating && writes.push(line));
    const applied = await catalyst<{ deleted: Row[]; skipped: Row[]; left: Row[] }>([
      'purge',
      'apply',
      plan.file,
      '--confirm',
      fqdn,
    ]);
    stop();
    expect(applied.document).toMatchObject({ status: 'ok', result: { skipped: [], left: [] } });
    expect(world()).toEqual(stays(plan));
    const journal = readFileSync(join(home, 'catalyst', fqdn, 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const begun = journal.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'begin');
    expect(begun.length).toBe(new Set(writes.map(({ path }) => path)).size);
    expect(journal.join()).not.toContain(lab.token);
  });

  it(`is the same after ${kills} deaths as without any`, async () => {
    let midway = 0;
    for (let round = 0; round < kills; round++) {
      const plan = await planned();
      const dieAt = 1 + Math.floor((round * 12) / kills);
      await catalyst(['purge', 'apply', plan.file, '--confirm', fqdn], { dieAt });
      const left = world().length - stays(plan).length;
      if (left > 0 && left < plan.resources.length - stays(plan).length) midway += 1;
      // Actions that the dead run began go on at Hetzner; the next run meets what they left.
      const again = await catalyst(['purge', 'apply', plan.file, '--confirm', fqdn]);
      expect(again.document, `death at write ${dieAt}`).toMatchObject({
        status: 'ok',
        result: { skipped: [], left: [] },
      });
      expect(world()).toEqual(stays(plan));
      await lab.close();
      lab = await createHetznerLab({ log, faults: createFaults(), actionMs: 60 });
    }
    expect(midway).toBeGreaterThan(0);
  });
});
