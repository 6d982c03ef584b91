/** Two runs at once on one Sovereign: whatever hides one from the other, one is refused and the journal stays whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from './catalyst.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
const asRoot = process.getuid?.() === 0 ? [] : ['-r'];
const otherPids = ['unshare', ...asRoot, '-p', '-f', '--mount-proc', '--kill-child'];
const onHost = (name: string) => ['unshare', ...asRoot, '--uts', 'sh', '-c', `hostname ${name}; exec "$@"`, 'sh'];

let catalyst: Catalyst;
let state: string;
beforeAll(async () => {
  catalyst = catalystAtHome('two-runs');
  state = join(dirname((await catalyst.up()).spec), 'state', 'omantel.omani.works');
});
afterAll(() => catalyst.close());

/** Starts catalyst on the lab, behind the words of `wrap`. */
function start(args: string[], wrap: string[] = []): ChildProcess {
  const [program = '', ...words] = [...wrap, process.execPath, bin, ...args, '--lab', catalyst.lab];
  const home = { XDG_STATE_HOME: catalyst.home, XDG_CONFIG_HOME: join(catalyst.home, 'config') };
  const env = { ...process.env, ...home, CATALYST_NO_INPUT: '1' };
  return spawn(program, words, { env, cwd: catalyst.home, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (data) => (stderr += data));
  const [code] = await once(child, 'close');
  return { code, stderr };
}

const journal = () => join(state, 'journal.jsonl');
const lines = () => (existsSync(journal()) ? readFileSync(journal(), 'utf8').split('\n').length - 1 : 0);

/** Resolves when the journal has `more` lines than now. */
async function journalGrows(more: number): Promise<void> {
  const wanted = lines() + more;
  for await (const _change of lookAgain()) if (lines() >= wanted) return;
}

async function* lookAgain() {
  yield;
  const watcher = watch(state, { recursive: true });
  try {
    for (;;) {
      await once(watcher, 'change');
      yield;
    }
  } finally {
    watcher.close();
  }
}

test('a stopped run keeps the Sovereign: not another PID namespace, not the removal of the lock file opens it', async () => {
  await catalyst.run(['ticket', 'set', '338', '--status', 'pending', '--lab', catalyst.lab]);
  const first = start(['wizard', '--yes', '--until', '1']);
  const firstEnded = ended(first);
  await journalGrows(6);
  first.kill('SIGSTOP');
  const set = ['ticket', 'set', '338', '--status', 'parked'];
  const second = await ended(start(set, otherPids));
  expect(second.code, second.stderr).toBe(9);
  expect(second.stderr).toContain(join(state, 'lock'));
  rmSync(join(state, 'lock'));
  const third = await ended(start(set));
  expect(third.code, third.stderr).toBe(9);
  first.kill('SIGCONT');
  const { code, stderr } = await firstEnded;
  expect(code, stderr).toBe(0);
  const { document } = await catalyst.json<object[]>(['journal', 'show', '--lab', catalyst.lab]);
  expect(document.status).toBe('ok');
  expect(document.result).toHaveLength(lines());
  expect(existsSync(join(state, 'lock'))).toBe(false);
});

test('a journal that is replaced under a run stops that run, with its own exit status', async () => {
  const run = start(['phase', 'run', '1', '--fresh']);
  const runEnded = ended(run);
  await journalGrows(2);
  run.kill('SIGSTOP');
  const before = readFileSync(journal());
  rmSync(journal());
  run.kill('SIGCONT');
  const { code, stderr } = await runEnded;
  expect(code, stderr).toBe(9);
  expect(stderr).toContain('wrote to the journal');
  writeFileSync(journal(), before, { mode: 0o600 });
});

test('killed in a container, continued in the next one with another host name', async () => {
  const run = start(['phase', 'run', '1', '--fresh'], onHost('ci-runner-a'));
  const runEnded = ended(run);
  await journalGrows(2);
  run.kill('SIGKILL');
  await runEnded;
  expect(existsSync(join(state, 'lock'))).toBe(true);
  const next = await ended(start(['phase', 'run', '1'], onHost('ci-runner-b')));
  expect(next.code, next.stderr).toBe(0);
});
