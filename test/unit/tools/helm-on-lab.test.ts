/** What the real helm leaves behind when it is told to end, and when it is killed, on the lab's API server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Rig, startRig } from '../../../lab/test/kubernetes/rig.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createExec } from '../../../src/tools/exec/exec.js';

let rig: Rig;
let chart: string;
beforeAll(async () => {
  rig = await startRig();
  chart = join(rig.directory, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: slow\nversion: 1.0.0\n');
  const map = (n: number) =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-${n}" }\ndata: { a: "{{ .Values.a }}" }\n`;
  writeFileSync(join(chart, 'templates', 'all.yaml'), [1, 2, 3, 4].map(map).join(''));
  writeFileSync(join(chart, 'values.yaml'), 'a: one\n');
}, 60_000);
afterAll(() => rig.close());

const argsOf = (name: string, more: string[] = []) => ['upgrade', '--install', name, chart, '-n', 'default', ...more];
const install = (name: string) => rig.helm(argsOf(name).join(' '));

/** Aborts once helm has noted that it begins; its objects are slow to come then. */
async function inTheMiddle(
  work: (signal: AbortSignal, env: Record<string, string>) => Promise<unknown>,
): Promise<void> {
  const stop = new AbortController();
  const off = rig.log.listen(({ method, path }) => {
    if (method === 'POST' && path.includes('/namespaces/default/secrets')) stop.abort(new Error('interrupted'));
  });
  const slow = rig.faults.add({ path: '/api/v1/namespaces/default/configmaps*', fault: { kind: 'delay', ms: 200 } });
  const { directory } = rig;
  const env = {
    KUBECONFIG: join(directory, 'kubeconfig'),
    HOME: directory,
    HELM_CACHE_HOME: directory,
    HELM_CONFIG_HOME: directory,
  };
  try {
    await expect(work(stop.signal, env)).rejects.toThrow(/interrupted|SIGKILL/);
    expect(stop.signal.aborted).toBe(true);
  } finally {
    off();
    rig.faults.clear(slow.id);
  }
}

const told = async (name: string, more?: string[]) => {
  const file = await rig.path('helm');
  const exec = createExec(createRedactor());
  await inTheMiddle((signal, env) => exec({ file, args: argsOf(name, more), env, signal, graceMs: 60_000 }));
};

const killed = async (name: string, more?: string[]) => {
  const file = await rig.path('helm');
  await inTheMiddle(async (signal, env) => {
    const helm = spawn(file, argsOf(name, more), { env, stdio: 'ignore' });
    signal.addEventListener('abort', () => helm.kill('SIGKILL'));
    const [, by] = await once(helm, 'exit');
    throw new Error(`ended by ${by}`);
  });
};

async function states(name: string): Promise<string[]> {
  const all = await rig.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default' });
  return all
    .map(({ metadata }) => metadata.labels ?? {})
    .filter((labels) => labels.owner === 'helm' && labels.name === name)
    .sort((a, b) => Number(a.version) - Number(b.version))
    .map(({ status = '' }) => status);
}

test('told to end, helm records that it failed, and the next call takes it up', async () => {
  await told('told');
  expect(await states('told')).toEqual(['failed']);
  expect(await install('told')).toMatchObject({ code: 0 });
  await told('told', ['--set', 'a=two']);
  expect((await states('told')).at(-1)).toBe('failed');
  expect(await install('told')).toMatchObject({ code: 0 });
});

test('killed, it refuses every further call, until the record of what it was in the middle of is gone', async () => {
  const drop = (revision: number) => rig.kubectl(`delete secret -n default sh.helm.release.v1.killed.v${revision}`);
  await killed('killed');
  expect(await states('killed')).toEqual(['pending-install']);
  expect(await install('killed')).toMatchObject({ code: 1, err: expect.stringContaining('another operation') });
  await drop(1);
  expect(await install('killed')).toMatchObject({ code: 0 });
  await killed('killed', ['--set', 'a=two']);
  expect(await states('killed')).toEqual(['deployed', 'pending-upgrade']);
  expect(await install('killed')).toMatchObject({ code: 1, err: expect.stringContaining('another operation') });
  await drop(2);
  expect(await install('killed')).toMatchObject({ code: 0 });
});
