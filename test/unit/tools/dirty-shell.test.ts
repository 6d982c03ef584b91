/** git and helm act on what catalyst names, whatever the shell that started it says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Rig, startRig } from '../../../lab/test/kubernetes/rig.js';
import { packChart } from '../../../src/blueprints/charts/archive.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createDialer } from '../../../src/tools/dialer/dialer.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { createGit } from '../../../src/tools/git/git-client.js';
import { createHelm } from '../../../src/tools/helm/helm-client.js';

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'dirty-shell-'));
let sovereign: Rig;
let mother: Rig;
let charts: Server;

beforeAll(async () => {
  [sovereign, mother] = await Promise.all([startRig(), startRig()]);
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mini }\ndata: {}\n';
  const chart = await packChart('mini', [
    { path: 'Chart.yaml', text: 'apiVersion: v2\nname: mini\nversion: 1.0.0\n' },
    { path: 'templates/map.yaml', text: map },
  ]);
  const index = 'apiVersion: v1\nentries: { mini: [{ name: mini, version: 1.0.0, urls: [mini-1.0.0.tgz] }] }\n';
  charts = createServer((request, response) => response.end(request.url === '/index.yaml' ? index : chart));
  await new Promise<void>((resolve) => charts.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  charts.close();
  await Promise.all([sovereign.close(), mother.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const exec = createExec(createRedactor());
const run = (args: string[], cwd: string) => exec({ file: 'git', args, cwd });

test('with the variables of a git hook, the work of the person in their repository stays as it was', async () => {
  const work = join(folder, 'work');
  const remote = join(folder, 'remote.git');
  mkdirSync(work);
  await run(['init', '-q', '-b', 'main'], work);
  await run(['init', '-q', '--bare', '-b', 'main', remote], folder);
  writeFileSync(join(work, 'work.txt'), 'mine\n');
  await run(['add', 'work.txt'], work);
  vi.stubEnv('GIT_DIR', join(work, '.git'));
  vi.stubEnv('GIT_INDEX_FILE', join(work, '.git', 'index'));
  vi.stubEnv('GIT_WORK_TREE', work);
  const git = createGit({ exec, dialer: createDialer({ connectTo: [] }), signal });
  const at = { url: `file://${remote}`, username: 'u', password: 'p' };
  const sha = await git.publish(at, 'main', [{ path: 'clusters/a.yaml', text: 'a: 1\n' }], 'first');
  expect(await git.head(at, 'main')).toBe(sha);
  expect([...(await git.read(at, 'main')).files]).toEqual([['clusters/a.yaml', 'a: 1\n']]);
  vi.unstubAllEnvs();
  expect((await run(['status', '--porcelain'], work)).stdout).toBe('A  work.txt\n');
  await expect(run(['rev-parse', '--verify', 'HEAD'], work)).rejects.toMatchObject({ code: 'E3002' });
});

test("with helm's own variables set for the mother, the release stands on the cluster that was named", async () => {
  const motherFile = join(mother.directory, 'kubeconfig');
  const ca = join(folder, 'mother-ca.pem');
  writeFileSync(ca, mother.ca.certificate);
  vi.stubEnv('KUBECONFIG', motherFile);
  vi.stubEnv('HELM_KUBECONTEXT', 'contabo');
  vi.stubEnv('HELM_KUBEAPISERVER', mother.api.url);
  vi.stubEnv('HELM_KUBECAFILE', ca);
  vi.stubEnv('HELM_KUBETOKEN', 'token-of-the-mother');
  vi.stubEnv('HELM_NAMESPACE', 'sme');
  vi.stubEnv('HELM_DRIVER', 'memory');
  mother.requests.length = 0;
  const helm = createHelm({ exec, helm: () => sovereign.path('helm'), home: join(folder, 'helm'), signal });
  const source = `http://127.0.0.1:${(charts.address() as AddressInfo).port}`;
  const kubeconfig = join(sovereign.directory, 'kubeconfig');
  const chart = { source, name: 'mini', version: '1.0.0' };
  const values = { a: { b: null, c: 1, d: '1', e: [true, 'x'] } };
  await helm.upgradeInstall({ kubeconfig, releaseName: 'mini', namespace: 'default', chart, values });
  // As they were given, to the null that takes a default away: they are compared with what the tree renders.
  expect(await helm.values(kubeconfig, 'default', 'mini')).toEqual(values);
  expect(await helm.release(kubeconfig, 'default', 'mini')).toMatchObject({ status: 'deployed' });
  expect(mother.requests).toEqual([]);
  const secrets = await sovereign.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default' });
  expect(secrets.map(({ metadata }) => metadata.name)).toContain('sh.helm.release.v1.mini.v1');
});
