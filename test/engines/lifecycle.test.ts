/** A lab on real engines leaves no process behind, however it ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalyst, LabInfo } from '../lab/catalyst.js';
import { catalystOnEngines, processesOf, until } from './rig.js';

let catalyst: Catalyst;
beforeAll(() => {
  catalyst = catalystOnEngines('lifecycle');
});
afterAll(() => catalyst.close());

const folderOf = (lab: LabInfo) => dirname(lab.spec);
const programsOf = (lab: LabInfo): Record<string, number> => {
  const root = join(folderOf(lab), 'engines');
  return Object.assign({}, ...readdirSync(root).map((name) => processesOf(join(root, name))));
};
const runs = (pid: number) => {
  try {
    // a process that ended and was not waited for yet is gone too
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('killed, its programs go with it; started again, it is whole; down ends all', async () => {
  const first = await catalyst.up();
  const before = programsOf(first);
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'registry']),
  );
  expect(Object.values(before).filter((pid) => !runs(pid))).toEqual([]);

  const { pid } = JSON.parse(readFileSync(join(folderOf(first), 'lab.json'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await until(() => Object.values(before).every((one) => !runs(one)));

  const second = await catalyst.up();
  const after = programsOf(second);
  expect(Object.values(after).filter((one) => !runs(one))).toEqual([]);
  const down = await catalyst.run(['lab', 'down', '--lab', catalyst.lab]);
  expect(down.code).toBe(0);
  await until(() => Object.values(after).every((one) => !runs(one)));
});

test('another engine than the one that runs is refused', async () => {
  await catalyst.up();
  const { code, document } = await catalyst.json(['lab', 'up', '--lab', catalyst.lab, '--engine', 'emulated']);
  expect(code).toBe(2);
  expect(document.error?.message).toMatch(/is up on the engine kubernetes/);
});
