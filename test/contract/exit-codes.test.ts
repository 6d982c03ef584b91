import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/sovereign/state/lock.js';
import { specText } from '../fakes/sovereign-spec.js';

const root = join(import.meta.dirname, '../..');
let home: string;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The built CLI, with nothing of this person's environment but the PATH. */
function catalyst(
  args: string[],
  options: { env?: Record<string, string>; interruptAfterMs?: number; input?: string | undefined } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], {
      cwd: home,
      stdio: [
        options.interruptAfterMs === undefined && options.input === undefined ? 'ignore' : 'pipe',
        'pipe',
        'pipe',
      ],
      env: { PATH: process.env.PATH ?? '', HOME: home, ...options.env },
    });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout!.on('data', (data) => {
      ended.stdout += data;
    });
    child.stderr!.on('data', (data) => {
      ended.stderr += data;
    });
    if (options.input !== undefined) child.stdin!.end(options.input);
    if (options.interruptAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), options.interruptAfterMs);
    child.on('error', reject).on('close', (code) => resolve({ ...ended, code }));
  });
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'exit-codes-'));
  writeFileSync(join(home, 'sovereign.yaml'), specText);
  writeFileSync(join(home, 'wrong.yaml'), specText.replace('fqdn:', 'fqdm:'));
});
afterAll(() => rmSync(home, { recursive: true }));

const rows: {
  what: string;
  args: string[];
  status: string;
  code: number;
  env?: Record<string, string>;
  stateDir?: string;
}[] = [
  { what: 'an unknown command', args: ['explane'], status: 'usage', code: 2 },
  { what: 'an unknown flag', args: ['explain', '--bogus'], status: 'usage', code: 2 },
  { what: 'a missing argument', args: ['ticket', 'show'], status: 'usage', code: 2 },
  { what: 'an unknown topic', args: ['explain', 'nonsense'], status: 'usage', code: 2 },
  { what: 'an invalid spec', args: ['plan', '--spec', 'wrong.yaml'], status: 'usage', code: 2 },
  { what: 'a spec that is not there', args: ['plan', '--spec', 'none.yaml'], status: 'usage', code: 2 },
  { what: 'a question nobody can answer', args: ['init', '--spec', 'new.yaml'], status: 'usage', code: 2 },
  { what: 'a missing credential', args: ['credentials', 'verify', 'hetzner'], status: 'credentials', code: 4 },
  {
    what: 'a token that cannot be one',
    args: ['credentials', 'verify', 'hetzner'],
    env: { HCLOUD_TOKEN: 'short' },
    status: 'credentials',
    code: 4,
  },
  {
    what: 'a state directory that cannot be',
    args: ['credentials', 'list'],
    stateDir: '/dev/null/x',
    status: 'external',
    code: 5,
  },
  { what: 'an unproven prerequisite', args: ['phase', 'run', '3'], status: 'refused', code: 7 },
];

describe('exit codes of the built CLI are the same in text and with --json', () => {
  it.each(rows)('$what: $code', async ({ args, env, status, code, stateDir }) => {
    const [text, json] = await Promise.all([
      catalyst([...args, '--state-dir', stateDir ?? join(home, 'a')], { env }),
      catalyst([...args, '--json', '--state-dir', stateDir ?? join(home, 'b')], {
        env,
      }),
    ]);
    expect({ code: text.code, stderr: text.stderr }).toMatchObject({ code });
    expect(text.stderr).toMatch(new RegExp(`✖ [^]*E\\d{4} · .+ explain E\\d{4} · exit ${code}\\n$`));
    expect(text.stdout).toBe('');
    expect(json.code).toBe(code);
    const document = JSON.parse(json.stdout);
    expect(document).toMatchObject({ status, error: { exitCode: code } });
    expect(Object.keys(document.error).sort()).toEqual(
      expect.arrayContaining(['actions', 'code', 'exitCode', 'message']),
    );
    expect(json.stderr).toBe('');
  });

  it('done: 0, and one document', async () => {
    const { code, stdout, stderr } = await catalyst(['explain', 'spec.fqdn', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', result: { topic: 'spec.fqdn' }, warnings: [] });
  });

  it('a lock that another run holds: 9', async () => {
    const dir = join(home, 'locked', 'omantel.omani.works');
    mkdirSync(dir, { recursive: true });
    const lock = takeLock(dir, { command: 'catalyst wizard', run: 'other', by: 'me@here', now: new Date() });
    for (const more of [[], ['--json']]) {
      const args = ['credentials', 'verify', 'hetzner', '--state-dir', join(home, 'locked'), ...more];
      const { code, stdout, stderr } = await catalyst(args, { env: { HCLOUD_TOKEN: 'a'.repeat(64) } });
      expect({ code, told: stdout + stderr }).toMatchObject({
        code: 9,
        told: expect.stringContaining('holds the lock'),
      });
    }
    lock.release();
  });

  it('interrupted: 130, here while it waits for a pipe', { timeout: 180_000 }, async () => {
    const args = ['credentials', 'set', 'hcloud-token', '--state-dir', join(home, 'waiting')];
    for (const more of [[], ['--json']]) {
      let ended = await catalyst([...args, ...more], { interruptAfterMs: 4000 });
      // on a busy machine it may not have started by then, and the signal alone ends it
      if (ended.code === null) ended = await catalyst([...args, ...more], { interruptAfterMs: 40_000 });
      const { code, stdout, stderr } = ended;
      expect({ code, told: stdout + stderr }).toMatchObject({ code: 130, told: expect.stringContaining('E1901') });
    }
  });

  it.each([
    ['a secret', ['credentials', 'set']],
    ['a line of the list that a loop reads', ['ticket', 'show']],
  ])('takes no argument from stdin: %s', async (_what, args) => {
    const { code, stdout, stderr } = await catalyst(args, { input: 'planted-on-stdin\n' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('E1001');
    expect(stderr).not.toContain('planted-on-stdin');
  });

  it('an argument that may be left out is left out, whatever waits on stdin', async () => {
    const [empty, full] = await Promise.all([undefined, 'E1101\n'].map((input) => catalyst(['explain'], { input })));
    expect(full).toEqual(empty);
    expect(full).toMatchObject({ code: 0, stdout: expect.stringContaining('spec.fqdn') });
  });

  it('the commands that are not ours take nothing from stdin either', async () => {
    for (const args of [['help'], ['autocomplete']]) {
      const { code, stdout, stderr } = await catalyst(args, { input: 'planted-on-stdin\n' });
      expect(code, stderr).toBe(0);
      expect(stdout + stderr).not.toContain('planted-on-stdin');
    }
  });

  it('a shell that has no completion is a mistake of whoever typed it', async () => {
    const { code, stderr } = await catalyst(['autocomplete', 'fish']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/zsh, bash[\s\S]*E1001/) });
  });

  it('shell completion is there', async () => {
    const { code } = await catalyst(['autocomplete', 'script', 'bash']);
    expect(code).toBe(0);
  });
});
