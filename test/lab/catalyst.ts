/** Runs the built CLI as a person would, with its own state directory and lab. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../bin/run.js');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  killAfterMs?: number;
  /** Dies as soon as this file holds that. */
  killWhen?: { file: string; holds: (text: string) => boolean };
  /** Dies as soon as it resolves: a moment of the world, however fast the machine is. */
  killAt?: Promise<unknown>;
  /** What it writes to is closed as soon as it resolves. */
  closeAt?: Promise<unknown>;
  signal?: NodeJS.Signals;
  /** Is sent `signal`, or one ^C, when stderr has that. */
  interruptAt?: string;
  /** Called once when stderr has that text. */
  when?: { text: string; act: (child: ChildProcess) => void };
}

export interface Catalyst {
  /** Name of this story's lab. */
  lab: string;
  home: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs with --json and parses the one document on stdout. */
  json<T = Record<string, unknown>>(
    args: readonly string[],
  ): Promise<{
    code: number | null;
    document: { status: string; result: T; error?: { code: string; exitCode: number; message: string } };
  }>;
  /** The result of `lab up`. */
  up(): Promise<LabInfo>;
  close(): Promise<void>;
}

export interface LabInfo {
  name: string;
  spec: string;
  endpoints: Record<string, string>;
  kubeconfigs: { mother: string; sovereign: string };
  requestLog: string;
  credentials: Record<string, string>;
}

/** @param more further environment, such as CATALYST_ENGINE */
export function catalystAtHome(story: string, more: Record<string, string> = {}): Catalyst {
  const home = mkdtempSync(join(tmpdir(), `catalyst-${story}-`));
  const lab = `${story}-${randomBytes(3).toString('hex')}`;
  // Whoever starts the tests is not who starts catalyst: its remedies name the program as npm's variables say it was called.
  const { npm_lifecycle_event: _event, npm_lifecycle_script: _script, ...outer } = process.env;
  const env = {
    ...outer,
    XDG_STATE_HOME: home,
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    CATALYST_NO_INPUT: '1',
    ...more,
  };
  const run: Catalyst['run'] = (args, options = {}) =>
    new Promise((resolve, reject) => {
      // Every event has a line then, also the change at which a story acts.
      const verbose = (options.interruptAt ?? options.when) ? { CATALYST_VERBOSE: '1' } : {};
      const child = spawn(process.execPath, [bin, ...args], {
        env: { ...env, ...verbose },
        cwd: home,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const out = { stdout: '', stderr: '' };
      child.stdout.on('data', (data) => (out.stdout += data));
      const { interruptAt } = options;
      let when =
        interruptAt === undefined
          ? options.when
          : { text: interruptAt, act: () => void child.kill(options.signal ?? 'SIGINT') };
      child.stderr.on('data', (data) => {
        out.stderr += data;
        if (!when || !out.stderr.includes(when.text)) return;
        const { act } = when;
        when = undefined;
        act(child);
      });
      const timer =
        options.killAfterMs === undefined
          ? undefined
          : setTimeout(() => child.kill(options.signal ?? 'SIGKILL'), options.killAfterMs);
      const { killWhen } = options;
      const watcher =
        killWhen &&
        watch(killWhen.file, () => {
          if (killWhen.holds(readFileSync(killWhen.file, 'utf8'))) child.kill(options.signal ?? 'SIGKILL');
        });
      options.closeAt?.then(() => [child.stdout, child.stderr].forEach((stream) => void stream.destroy()), reject);
      options.killAt?.then(() => child.kill(options.signal ?? 'SIGKILL'), reject);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        watcher?.close();
        resolve({ code, signal, ...out });
      });
    });
  return {
    lab,
    home,
    run,
    async json(args) {
      const ended = await run([...args, '--json']);
      try {
        return { code: ended.code, document: JSON.parse(ended.stdout) };
      } catch {
        throw new Error(`not one JSON document (exit ${ended.code}):\n${ended.stdout}\n${ended.stderr}`);
      }
    },
    async up() {
      const { document } = await this.json<LabInfo>(['lab', 'up', '--lab', lab]);
      return document.result;
    },
    async close() {
      await run(['lab', 'down', '--lab', lab]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
