import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCgroup, ownCgroup, removeCgroup } from '../../src/machines/cgroups.js';

let at: string;
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'cgroups-'));
});
afterEach(() => rmSync(at, { recursive: true }));

const proc = (mountinfo: string, cgroup: string) => (file: string) => (file.endsWith('mountinfo') ? mountinfo : cgroup);

test('the second hierarchy is found where it is mounted, alone or beside the first', () => {
  const beside = proc(
    '25 24 0:21 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n26 24 0:22 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
    '4:memory:/job\n0::/\n',
  );
  expect(ownCgroup(beside)).toBe('/sys/fs/cgroup/unified/');
  const alone = proc('26 24 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/user.slice/session-1.scope\n');
  expect(ownCgroup(alone)).toBe('/sys/fs/cgroup/user.slice/session-1.scope');
  expect(ownCgroup(proc('25 24 0:21 / / rw - ext4 /dev/vda rw\n', '4:memory:/job\n'))).toBeUndefined();
});

test('groups of processes that are gone are removed, those of others stay', () => {
  const of = (pid: number) => join(at, 'catalyst-machines', `${pid}-1`);
  // no process has this id: it is above what Linux gives
  mkdirSync(join(of(99_999_999), 'system.slice/ssh.service'), { recursive: true });
  mkdirSync(of(process.ppid), { recursive: true });
  const group = createCgroup(at);
  expect([of(99_999_999), of(process.ppid), group].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  removeCgroup(group);
  expect(existsSync(group)).toBe(false);
  removeCgroup(of(process.ppid));
  expect(existsSync(join(at, 'catalyst-machines'))).toBe(false);
});

test('when those of processes that are gone were the last, the new one has its folder all the same', () => {
  mkdirSync(join(at, 'catalyst-machines/99999999-1'), { recursive: true });
  expect(existsSync(createCgroup(at))).toBe(true);
});
