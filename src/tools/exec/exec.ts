/** The only room that starts processes. Arguments are arrays; secrets go over stdin, a 0600 file or the environment, never argv. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';
import { childEnvironment } from './child-environment.js';
import { createEndWithUs, saysNotFound } from './end-with-us.js';

export interface RunRequest {
  file: string;
  args: readonly string[];
  stdin?: string | Uint8Array;
  /** Set for this program alone; of ours it gets what child-environment.ts lets through. */
  env?: Record<string, string | undefined>;
  /** Further variables of ours that it needs, by name. */
  inherit?: readonly string[];
  /** All of its environment, in place of the two above. */
  environment?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** How long it may take to end by itself, once SIGTERM has told it to; then it is killed. Default 5 s. */
  graceMs?: number;
  /** Exit codes that are answers, not failures. */
  okCodes?: readonly number[];
}

export interface RunResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

const setpriv = '/usr/bin/setpriv';

const notFound = (file: string) =>
  fail('E3001', `${file} was not found.`, { actions: [`Install ${file}, or put it on the PATH`] });

/** Node names the descriptor of a pipe nowhere else. */
type Pipe = Writable & { unref?: () => void; _handle?: { fd?: number } };

const endWithUs = createEndWithUs((script) => {
  const shell = execa('/bin/sh', ['-c', script], {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    env: { PATH: '/usr/bin:/bin' },
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
  });
  const stdin = shell.stdin as Pipe | undefined;
  stdin?.on('error', () => undefined);
  shell.nodeChildProcess.unref();
  stdin?.unref?.();
  const fd = stdin?._handle?.fd ?? -1;
  return shell.pid === undefined || fd < 0 ? undefined : { fd, write: (line) => void stdin?.write(line) };
});

/** Runs a program to its end. Throws E3002 with the redacted tail of stderr, or E3001 when it is not there. */
export type Exec = (request: RunRequest) => Promise<RunResult>;

/** @param ours the environment of this process, of which children get a part */
export function createExec(redactor: Redactor, ours: Readonly<Record<string, string | undefined>> = process.env): Exec {
  return async ({
    file,
    args,
    stdin,
    env,
    inherit,
    environment,
    cwd,
    timeoutMs = 120_000,
    signal,
    graceMs = 5000,
    okCodes = [0],
  }) => {
    const shown = redactor.redact([file.split('/').at(-1), ...args].join(' '));
    const tied = endWithUs.tie({ file, args });
    const running = execa(tied.file, tied.args, {
      stdio: ['pipe', 'pipe', 'pipe', ...(tied.fd === undefined ? [] : [tied.fd as 1])],
      input: stdin ?? '',
      env: environment ?? childEnvironment(ours, env, inherit),
      extendEnv: false,
      cwd,
      timeout: timeoutMs,
      cancelSignal: signal,
      forceKillAfterDelay: graceMs,
      // A process group of its own: ^C on the terminal reaches us alone, and we decide when the program ends.
      killDescendants: true,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 256 * 1024 * 1024,
    });
    const result = await running.finally(() => tied.ended(running.pid));
    signal?.throwIfAborted();
    if (saysNotFound(result.exitCode, String(result.stderr))) throw notFound(file);
    if (result.exitCode === undefined) {
      const missing = (result as { code?: string }).code === 'ENOENT';
      if (missing) throw notFound(file);
      const why = result.timedOut ? `did not end within ${timeoutMs / 1000}s` : messageOf(result);
      const data = { timedOut: result.timedOut, ...(result.signal && { signal: result.signal }) };
      throw fail('E3002', redactor.redact(`${shown}: ${why}`), { data });
    }
    const answer = { stdout: String(result.stdout), stderr: String(result.stderr), exitCode: result.exitCode };
    if (okCodes.includes(answer.exitCode)) return answer;
    const words = redactor.redact((answer.stderr || answer.stdout).trim()).split('\n');
    const tail = words.slice(-6).join('\n');
    throw fail('E3002', `${shown} ended with exit ${answer.exitCode}: ${tail}`, {
      data: { exitCode: answer.exitCode, stderr: words.slice(-30).join('\n') },
    });
  };
}

export interface StartRequest {
  file: string;
  args: readonly string[];
  /** All of its environment: nothing of ours is handed on. */
  env: Record<string, string>;
  cwd: string;
  /** What it says goes there. */
  logFile: string;
  /** How far it gives way to us on a busy machine, where we may give way to others: 0 to 19. */
  niceness?: number;
}

export interface StartedProgram {
  pid: number;
  /** Resolves, never rejects, with what it ended by: `exit 1`, `SIGKILL`. */
  ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a server that runs beside us. It ends with this process: by its clean-up, and where the system can (Linux with
 * setpriv) also when this process is killed. Throws E3002 when it cannot be started.
 */
export function startProgram({ file, args, env, cwd, logFile, niceness = 0 }: StartRequest): StartedProgram {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const tied = existsSync(setpriv);
    const child = execa(tied ? setpriv : file, tied ? ['--pdeathsig', 'KILL', '--', file, ...args] : args, {
      env,
      extendEnv: false,
      cwd,
      stdin: 'ignore',
      // a descriptor, so that its words do not pass through us; the types name only the standard ones
      stdout: log as 1,
      stderr: log as 1,
      buffer: false,
      reject: false,
    });
    if (child.pid === undefined) throw fail('E3002', `${file} could not be started.`);
    if (niceness > 0) setPriority(child.pid, Math.min(19, getPriority() + niceness));
    return {
      pid: child.pid,
      ended: child.then((result) => result.signal ?? `exit ${result.exitCode}`),
      kill: (signal) => void child.kill(signal),
    };
  } finally {
    closeSync(log);
  }
}

export interface PipedProgram {
  /** What it says first; rejects when it ends without a word. */
  said: Promise<string>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts a program, without anything of our environment, that ends when its stdin does: with us, however we end. */
export function startPiped(file: string, args: readonly string[]): PipedProgram {
  const options = { extendEnv: false, env: {}, stdin: 'pipe', stdout: 'pipe', stderr: 'ignore' } as const;
  const child = execa(file, args, { ...options, buffer: false, reject: false, forceKillAfterDelay: 1000 });
  const said = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    void child.then(({ cause, exitCode }) => reject(new Error(cause ? messageOf(cause) : `it ended with ${exitCode}`)));
  });
  return {
    said,
    async stop() {
      child.kill();
      await child;
    },
  };
}
