import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail } from '../../../src/support/errors/errors.js';
import type { Exec } from '../../../src/tools/exec/exec.js';
import { type BuildMachineOptions, buildDns, buildMachine } from '../../src/machines/build/build.js';
import { finishedDns, finishedMachine, machinesFolder } from '../../src/machines/build/cache.js';

let at: string;
let ran: string[];
let sources: string;
let absent: string;
let versions: string;
/** Called where debootstrap would run. */
let onBase: () => void;
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'build-machine-'));
  ran = [];
  sources = 'Debian main bookworm-updates http://mirror/updates/\nDebian main bookworm http://mirror/debian/\n';
  absent = '';
  versions = 'curl 8\nsystemd 257\n';
  onBase = () => undefined;
});
afterEach(() => rmSync(at, { recursive: true }));

const exec: Exec = async ({ file, args, cwd = '' }) => {
  const answer = (stdout = '') => ({ stdout, stderr: '', exitCode: 0 });
  if (file === absent) throw fail('E3001', `${file} was not found.`);
  if (args[0] === 'indextargets') return answer(sources);
  if (args.includes('download')) writeFileSync(join(cwd, 'debootstrap_1_all.deb'), '');
  const script = args.find((arg) => arg.includes('\n') || arg.startsWith('chroot'));
  if (!script) return answer();
  const rest = args.slice(args.indexOf(script) + 2);
  if (script.includes('DEBOOTSTRAP_DIR=')) {
    ran.push(`base from ${rest[1]}`);
    mkdirSync(rest[0]!);
    onBase();
  } else if (script.includes('dpkg-query')) return answer(versions);
  else ran.push('packages');
  return answer();
};
const build = (more: Partial<BuildMachineOptions> = {}) =>
  buildMachine({
    ...{ exec, env: { XDG_CACHE_HOME: at }, signal: new AbortController().signal, say: () => undefined, uid: 0 },
    ...more,
  });
const left = () => readdirSync(machinesFolder({ XDG_CACHE_HOME: at }));

test('it is made once, from the archive that apt uses, and its key has the versions that were found', async () => {
  const first = await build();
  expect(ran).toEqual(['base from http://mirror/debian', 'packages']);
  expect(readFileSync(join(first.folder, 'packages'), 'utf8')).toBe(versions);
  expect(await build()).toEqual({ folder: first.folder, built: false });
  expect(ran).toHaveLength(2);
  rmSync(first.folder, { recursive: true });
  versions = 'curl 9\nsystemd 257\n';
  expect((await build()).folder).not.toBe(first.folder);
});

test('of two builds at once one stays, and both answer with it', async () => {
  const [one, other] = await Promise.all([build(), build()]);
  expect(one.folder).toBe(other.folder);
  expect(left()).toHaveLength(1);
});

test('one that fails leaves nothing, and what a killed one left is removed', async () => {
  onBase = () => {
    throw fail('E3002', 'no space left');
  };
  await expect(build()).rejects.toThrow('no space left');
  expect(left()).toEqual([]);
  // no process has this id: it is above what Linux gives
  mkdirSync(join(machinesFolder({ XDG_CACHE_HOME: at }), '.part-99999999-x'));
  mkdirSync(join(machinesFolder({ XDG_CACHE_HOME: at }), `.part-${process.ppid}-x`));
  onBase = () => undefined;
  const { folder } = await build();
  expect(left().sort()).toEqual([`.part-${process.ppid}-x`, folder.split('/').at(-1)]);
  expect(existsSync(join(folder, 'debootstrap'))).toBe(false);
});

test('what is half there is not taken for finished', async () => {
  onBase = () => expect(finishedMachine({ XDG_CACHE_HOME: at })).toBeUndefined();
  await build();
});

test.each([
  ['not root', { uid: 1000 }, '', 'it needs root', 'sudo npm run machines'],
  ['no apt', {}, 'apt-get', 'apt-get was not found', 'install apt-get, then: npm run machines'],
  ['no namespaces', {}, 'unshare', 'unshare was not found', 'install unshare, then: npm run machines'],
])('%s: it says why, and what to do', async (_name, more, missing, why, action) => {
  absent = missing;
  await expect(build(more)).rejects.toMatchObject({
    code: 'E3001',
    message: `The root file system of test servers cannot be built here: ${why}.`,
    actions: [action],
  });
});

test('apt without a Debian archive: it says so', async () => {
  sources = 'Ubuntu main noble http://archive.ubuntu.com/ubuntu/\n';
  await expect(build()).rejects.toMatchObject({ code: 'E3001', message: expect.stringContaining('no Debian archive') });
});

test('the name servers are installed in a separate layer, which is rebuilt when the root file system below it changes', async () => {
  const options = { exec, env: { XDG_CACHE_HOME: at }, signal: new AbortController().signal, say: () => undefined };
  const first = await buildDns({ ...options, uid: 0 });
  expect(ran).toEqual(['base from http://mirror/debian', 'packages', 'packages']);
  expect(readdirSync(first.folder).sort()).toEqual(['layer', 'packages']);
  expect(first).toEqual({ folder: finishedDns({ XDG_CACHE_HOME: at }), built: true });
  expect(await buildDns({ ...options, uid: 0 })).toEqual({ folder: first.folder, built: false });
  rmSync(finishedMachine({ XDG_CACHE_HOME: at })!, { recursive: true });
  expect(finishedDns({ XDG_CACHE_HOME: at })).toBeUndefined();
  versions = 'curl 9\nsystemd 257\n';
  expect((await buildDns({ ...options, uid: 0 })).folder).not.toBe(first.folder);
});
