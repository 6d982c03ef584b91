import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exec } from '../../../src/tools/exec/exec.js';
import { type BuildOptions, buildEngines } from '../../src/engines/build/build.js';
import { finishedFolder } from '../../src/engines/build/cache.js';
import { engines } from '../../src/engines/build/catalog.js';

let at: string;
let running: Set<string>;
/** Which builds ran beside each other. */
let beside: string[];
let broken: string;
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'build-engines-'));
  mkdirSync(join(at, 'module/config/crd/bases'), { recursive: true });
  running = new Set();
  beside = [];
  broken = '';
});
afterEach(() => rmSync(at, { recursive: true }));

/** A Go that takes a turn of the event loop for each build. */
const exec: Exec = async ({ args = [] }) => {
  const told = (stdout: string) => ({ stdout, stderr: '' }) as Awaited<ReturnType<Exec>>;
  if (args[0] === 'env') return told('go1.26.8\n');
  if (args[0] === 'mod') return told(JSON.stringify({ Dir: join(at, 'module') }));
  const file = args[args.indexOf('-o') + 1]!;
  const name = file.split('/').at(-1)!;
  beside.push(...[...running].map((other) => [other, name].sort().join(' + ')));
  running.add(name);
  await new Promise((resolve) => setImmediate(resolve));
  running.delete(name);
  if (name === broken) throw new Error('does not compile');
  writeFileSync(file, name);
  return told('');
};
const build = (more: Partial<BuildOptions> = {}) =>
  buildEngines({
    ...{
      exec,
      env: { XDG_CACHE_HOME: at },
      signal: new AbortController().signal,
      keepCaches: true,
      say: () => undefined,
    },
    ...{ only: ['etcd', 'kwok', 'flux-source', 'flux-helm', 'registry', 'versitygw'], atOnce: 2 },
    ...more,
  });

test('two are built beside each other, but never two of Flux, and what is there is left as it is', async () => {
  const first = await build();
  expect(first.built.sort()).toEqual(['etcd', 'flux-helm', 'flux-source', 'kwok', 'registry', 'versitygw']);
  expect(beside.length).toBeGreaterThan(2);
  expect(beside).not.toContain('helm-controller + source-controller');
  beside = [];
  const again = await build();
  expect([again.built, again.present.length, beside]).toEqual([[], 6, []]);
});

test('where memory is small they are built one after the other', async () => {
  await build({ atOnce: 1 });
  expect(beside).toEqual([]);
});

test('one that does not compile is told, the others are built, and nothing of it is left', async () => {
  broken = 'kwok';
  const { built, failed } = await build();
  expect(built).toHaveLength(5);
  expect(failed).toEqual([{ engine: 'kwok', why: 'does not compile', required: true }]);
  const root = join(at, 'catalyst/engines');
  expect(existsSync(root)).toBe(true);
  broken = '';
  expect((await build()).built).toEqual(['kwok']);
});

test('interrupted, it ends without beginning another', async () => {
  const stop = new AbortController();
  const begun: string[] = [];
  const interrupted: Exec = async (request) => {
    if (request.args?.[0] !== 'build') return exec(request);
    begun.push('build');
    stop.abort(new Error('stopped by SIGINT'));
    throw stop.signal.reason;
  };
  await expect(build({ exec: interrupted, signal: stop.signal })).rejects.toThrow('stopped by SIGINT');
  expect(begun.length).toBeLessThanOrEqual(2);
});

test('what Maven has is unpacked by the pom of its wrapper, and of Maven nothing is left', async () => {
  const maven: Exec = async (request) => {
    if (request.file !== 'mvn') return exec(request);
    const setting = (key: string) => request.args!.find((one) => one.startsWith(`-D${key}=`))!.slice(key.length + 3);
    expect(existsSync(join(request.cwd!, 'pom.xml'))).toBe(true);
    mkdirSync(join(setting('part'), 'target'));
    writeFileSync(join(setting('outputDirectory'), 'unpacked'), '');
    return { stdout: '', stderr: '' } as Awaited<ReturnType<Exec>>;
  };
  expect((await build({ exec: maven, only: ['keycloak'] })).built).toEqual(['keycloak']);
  expect(
    readdirSync(finishedFolder(engines.find(({ name }) => name === 'keycloak')!, { XDG_CACHE_HOME: at })!),
  ).toEqual(['unpacked']);
});
