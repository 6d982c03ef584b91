/** The scripts of bp-openbao as the tree has them, run by sh; kubectl, curl and what else they call are files that the test writes. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { blueprints, omantel } from './rig.js';

const run = promisify(execFile);

async function script(name: string): Promise<string> {
  const tree = renderTree(omantel(), await blueprints());
  const objects = tree.folder('bp-openbao')!.files.flatMap((file) => file.objects);
  return objects.find(({ metadata }) => metadata.name === 'openbao-scripts')?.data[name];
}

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'openbao-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const at = (...parts: string[]) => join(path, ...parts);
  for (const part of ['bin', 'data', 'init', 'source']) mkdirSync(at(part));
  const tool = (name: string, text: string) => writeFileSync(at('bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const env = { PATH: `${at('bin')}:${process.env.PATH}` };
  return { at, tool, env };
}

interface Pod {
  host?: string;
  replicas?: number;
  marker?: { state?: string; repair?: string };
  /** Peers that answer as initialized. */
  initialized?: string[];
  hasStore?: boolean;
  apiServer?: 'down';
}

/** One start of a server's Pod, and further ones on the same volume. */
async function server({ host = 'openbao-0', replicas = 3, initialized = [], hasStore = false, ...pod }: Pod) {
  const { at, tool, env } = folder();
  const text = await script('prepare.sh');
  writeFileSync(at('source', 'self-init.hcl'), 'initialize');
  if (hasStore) writeFileSync(at('data', 'vault.db'), 'the store');
  const { state = '', repair = '' } = pod.marker ?? {};
  tool(
    'kubectl',
    `${pod.apiServer === 'down' ? 'exit 1' : ''}
case "$*" in *.data.state*) printf %s '${state}';; *.data.repair*) printf %s '${repair}';; *patch*) echo "$*" >> '${at('patched')}';; esac`,
  );
  tool(
    'curl',
    initialized.map((peer) => `case "$*" in *${peer}.*) echo '{"initialized":true}'; exit 0;; esac`).join('\n') +
      '\nexit 7',
  );
  const start = async () => {
    for (const file of readdirSync(at('init'))) rmSync(at('init', file));
    const args = ['-c', text, 'prepare.sh', String(replicas), at('data'), at('init'), at('source')];
    const { code, stdout, stderr } = await run('sh', args, { env: { ...env, HOSTNAME: host } }).then(
      (done) => ({ ...done, code: 0 }),
      (error) => error as { code: number; stdout: string; stderr: string },
    );
    const patched = existsSync(at('patched')) ? readFileSync(at('patched'), 'utf8') : '';
    return { code, said: stdout + stderr, files: readdirSync(at('init')), patched };
  };
  return { start, at };
}

const initializes = ['self-init.hcl'];
const joins = ['none.hcl'];

describe('a start of an OpenBao server', () => {
  it('initializes on the first server of an OpenBao that never was, and records it before', async () => {
    const { start } = await server({});
    expect(await start()).toMatchObject({
      code: 0,
      files: initializes,
      patched: expect.stringContaining('initializing'),
    });
  });

  it.each<[string, Pod]>([
    ['a follower', { host: 'openbao-1' }],
    ['with its store', { hasStore: true, marker: { state: 'done' } }],
    ['whose volume is lost, with all others down too', { marker: { state: 'done' } }],
    [
      'whose volume is lost before the marker was written',
      { marker: { state: 'initializing' }, initialized: ['openbao-2'] },
    ],
    ['whose volume is lost, from a time without a marker', { initialized: ['openbao-1'] }],
    ['that is to be repaired, but was initialized well', { hasStore: true, marker: { state: 'done', repair: 'now' } }],
  ])('never founds a second OpenBao: %s', async (_what, pod) => {
    const { start, at } = await server(pod);
    expect(await start()).toMatchObject({ code: 0, files: joins, patched: '' });
    expect(existsSync(at('data', 'vault.db'))).toBe(pod.hasStore ?? false);
  });

  it('does not start empty where the only store is gone, and says what to do', async () => {
    const { start } = await server({ replicas: 1, marker: { state: 'done' } });
    expect(await start()).toMatchObject({
      code: 1,
      files: [],
      said: expect.stringContaining('kubectl -n openbao patch'),
    });
  });

  it('does nothing while it cannot read the marker', async () => {
    const { start } = await server({ apiServer: 'down' });
    expect((await start()).files).toEqual([]);
  });

  it('sets a failed initialization aside once, when asked to, and keeps what it left', async () => {
    const { start, at } = await server({ hasStore: true, marker: { state: 'initializing', repair: 'monday' } });
    expect(await start()).toMatchObject({ files: initializes });
    const [aside = ''] = readdirSync(at('data')).filter((name) => name.startsWith('failed-'));
    expect(readFileSync(at('data', aside, 'vault.db'), 'utf8')).toBe('the store');
    writeFileSync(at('data', 'vault.db'), 'a good one');
    expect(await start()).toMatchObject({ files: joins });
    expect(readFileSync(at('data', 'vault.db'), 'utf8')).toBe('a good one');
  });
});

it('rotates the audit log by its size, keeps five, and has OpenBao open it again', async () => {
  const { at, tool, env } = folder();
  // As OpenBao: ends its part at SIGHUP
  const openbao = spawn('sh', ['-c', 'trap "exit 3" HUP; echo ready; read -r _'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void openbao.kill('SIGKILL'));
  await new Promise((resolve) => openbao.stdout.once('data', resolve));
  const reopened = new Promise((resolve) => openbao.once('exit', resolve));
  tool('pidof', `echo ${openbao.pid}`);
  // the second minute never ends
  tool('sleep', `[ ! -e '${at('slept')}' ] && touch '${at('slept')}'`);
  const log = at('audit.log');
  writeFileSync(log, 'now');
  for (const age of [1, 2, 3, 4, 5]) writeFileSync(`${log}.${age}`, `${age}`);
  await run('sh', ['-c', await script('rotate-audit.sh'), 'rotate-audit.sh', log, '3'], { env });
  openbao.stdin.end('\n');
  expect(await reopened).toBe(3);
  expect(existsSync(log)).toBe(false);
  expect([1, 2, 3, 4, 5].map((age) => readFileSync(`${log}.${age}`, 'utf8'))).toEqual(['now', '1', '2', '3', '4']);
});
