/**
 * Story: a Sovereign is walked to phase 3 in a shell whose variables lead elsewhere, in another language and time zone, with a
 * terminal of no size. All is as in a clean shell, and what the variables point to is as it was.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
/** Nobody listens there: who follows a variable fails. */
const nowhere = 'http://127.0.0.1:9';

let catalyst: Catalyst;
let lab: LabInfo;
let repository: string;

beforeAll(async () => {
  catalyst = catalystAtHome('dirty-shell');
  lab = await catalyst.up();
  repository = join(catalyst.home, 'repository');
  mkdirSync(repository);
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(repository, 'mine.txt'), 'mine\n');
  git('add', 'mine.txt');
  git('-c', 'user.name=me', '-c', 'user.email=me@example.com', 'commit', '-q', '-m', 'mine');
});
afterAll(() => catalyst.close());

function dirty(): Record<string, string> {
  const git = join(repository, '.git');
  const kubeconfig = join(catalyst.home, 'foreign.kubeconfig');
  const server = 'https://127.0.0.1:9';
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'foreign', cluster: { server } }],
      users: [{ name: 'foreign', user: { token: 'foreign' } }],
      contexts: [{ name: 'foreign', context: { cluster: 'foreign', user: 'foreign' } }],
      'current-context': 'foreign',
    }),
  );
  const proxies = Object.fromEntries(
    ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
      [name, nowhere],
      [name.toUpperCase(), nowhere],
    ]),
  );
  return {
    ...proxies,
    GIT_DIR: git,
    GIT_WORK_TREE: repository,
    GIT_INDEX_FILE: join(git, 'index'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${nowhere}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'http://127.0.0.1',
    GIT_SSH_COMMAND: 'false',
    HELM_KUBECONTEXT: 'foreign',
    HELM_KUBEAPISERVER: server,
    HELM_NAMESPACE: 'foreign',
    HELM_DRIVER: 'memory',
    HELM_REPOSITORY_CONFIG: '/nowhere/repositories.yaml',
    HELM_PLUGINS: '/nowhere/plugins',
    KUBECONFIG: kubeconfig,
    KUBE_CONTEXT: 'foreign',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: '9',
    KUBECTL_EXTERNAL_DIFF: 'false',
    CATALYST_KUBECONFIG: kubeconfig,
    CATALYST_MOTHER_KUBECONFIG: kubeconfig,
    AWS_ACCESS_KEY_ID: 'foreign',
    AWS_SECRET_ACCESS_KEY: 'foreign',
    AWS_PROFILE: 'foreign',
    AWS_REGION: 'foreign-1',
    AWS_ENDPOINT_URL: nowhere,
    HCLOUD_TOKEN: 'f'.repeat(64),
    HCLOUD_ENDPOINT: nowhere,
    HCLOUD_CONTEXT: 'foreign',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    TZ: 'Pacific/Chatham',
    TERM: 'dumb',
    CI: 'false',
  };
}

/** On a terminal of no size, as the shell of somebody with umask 000. */
function inDirtyShell(args: string[]): Promise<{ code: number | null; text: string }> {
  const env = { ...process.env, ...dirty(), XDG_STATE_HOME: catalyst.home, XDG_DATA_HOME: catalyst.home };
  const command = `umask 000; stty cols 0 rows 0; exec "${process.execPath}" "${bin}" ${args.map((arg) => `'${arg}'`).join(' ')}`;
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: repository,
      env: { ...env, XDG_CONFIG_HOME: join(catalyst.home, 'config'), CATALYST_NO_INPUT: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

const everyFile = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(entry.parentPath, entry.name),
    folder: entry.isDirectory(),
  }));

/** Every file of the repository, the index and the objects too. */
const work = () =>
  everyFile(repository)
    .filter(({ folder }) => !folder)
    .map(({ path }) => `${path} ${readFileSync(path).toString('base64')}`)
    .sort();

test('walk to phase 3, preflight and render end as in a clean shell', async () => {
  const before = work();
  const walked = await inDirtyShell(['wizard', '--lab', catalyst.lab, '--yes', '--until', '3']);
  expect(walked.code, walked.text).toBe(0);
  const looked = await inDirtyShell(['preflight', '--lab', catalyst.lab]);
  expect(looked.code, looked.text).toBe(0);
  const render = (out: string) => ['blueprint', 'render', 'bp-openbao', '--lab', catalyst.lab, '--out', out];
  const rendered = await inDirtyShell(render(join(catalyst.home, 'dirty')));
  expect(rendered.code, rendered.text).toBe(0);
  const clean = await catalyst.run(render(join(catalyst.home, 'clean')));
  const hash = (text: string) => /hash ([0-9a-f]{64})/.exec(text.replace(/\s+/g, ' '))?.[1];
  expect(hash(clean.stdout)).toBeDefined();
  expect(hash(rendered.text)).toBe(hash(clean.stdout));
  expect(work()).toEqual(before);

  const { document } = await catalyst.json<{ id: number; status: string }[]>(['phase', 'list', '--lab', catalyst.lab]);
  expect(document.result.filter(({ id }) => id <= 3).map(({ status }) => status)).toEqual(Array(4).fill('done'));

  const open = everyFile(join(dirname(lab.spec), 'state'))
    .map(({ path, folder }) => ({ path, mode: statSync(path).mode & 0o777, wanted: folder ? 0o700 : 0o600 }))
    .filter(({ mode, wanted }) => (mode & ~wanted) !== 0)
    .map(({ path, mode }) => `${path} ${mode.toString(8)}`);
  expect(open).toEqual([]);
});
