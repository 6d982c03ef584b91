/** The processes of a lab on real engines: each with its log, started again when it ends by itself, gone when the lab is. */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { startProgram } from 'catalyst/tools/exec/exec.js';

export interface Child {
  readonly pid: number;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface Children {
  start(name: string, what: { file: string; args: readonly string[]; env?: Record<string, string> }): Child;
  /** By name: processes that run now. */
  running(): Record<string, number>;
  /** All end at once, as when their machine loses its power, and stay down until `release`. */
  hold(): Promise<void>;
  release(): void;
  stop(): Promise<void>;
}

const againMs = 500;
/** As long after its power is back a program may find that another, which it needs, does not answer yet, and end. */
const bootMs = 90_000;

export function createChildren(options: { directory: string; clock: Clock; say: (text: string) => void }): Children {
  const { directory, clock, say } = options;
  mkdirSync(join(directory, 'log'), { recursive: true, mode: 0o700 });
  const all = new Map<string, { pid: number; fall(): Promise<void>; stop(): Promise<void> }>();
  let held: AbortController | undefined;
  let poweredAt = Number.NEGATIVE_INFINITY;
  const now = () => clock.now().getTime();
  /** What is said of a program that has ended. */
  const endOf = (name: string, how: string) => {
    if (held) return `${name} has lost its power`;
    const when = now() - poweredAt < bootMs ? ' after its power came back' : '';
    return `${name} ended with ${how}${when}, started again`;
  };
  const running = () => Object.fromEntries([...all].map(([name, child]) => [name, child.pid]));
  /** For whoever wants to look at a program, or to spoil it: `processes.json`, name → process id. */
  const tell = () => {
    writeFileSync(join(directory, 'processes.json.part'), JSON.stringify(running()), { mode: 0o600 });
    renameSync(join(directory, 'processes.json.part'), join(directory, 'processes.json'));
  };
  return {
    start(name, { file, args, env = {} }) {
      const home = join(directory, 'home', name);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const logFile = join(directory, 'log', `${name}.log`);
      const begin = () =>
        startProgram({
          // what watches and measures them comes first
          niceness: 10,
          file,
          args,
          cwd: home,
          logFile,
          env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: home, ...memoryForTime(), ...env },
        });
      const stopped = new AbortController();
      let program = begin();
      /** Until power is back, or the program is not wanted any more. */
      const powered = async (until: AbortController) => {
        const either = AbortSignal.any([until.signal, stopped.signal]);
        if (!either.aborted) await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
      };
      const over = (async () => {
        for (;;) {
          const how = await program.ended;
          if (stopped.signal.aborted) return;
          const told = endOf(name, how);
          say(told);
          appendFileSync(logFile, `\n--- ${told} ---\n`);
          await clock.sleep(againMs, stopped.signal).catch(() => undefined);
          if (held) await powered(held);
          if (stopped.signal.aborted) return;
          program = begin();
          tell();
        }
      })();
      const child = {
        get pid() {
          return program.pid;
        },
        async fall() {
          program.kill('SIGKILL');
          await program.ended;
        },
        async stop() {
          if (all.get(name) === child) all.delete(name);
          stopped.abort(new Error('stopped'));
          // all that it holds is thrown away with it; a stopped one (SIGSTOP) must end too
          program.kill('SIGKILL');
          await over;
        },
      };
      all.set(name, child);
      tell();
      return child;
    },
    running,
    async hold() {
      held ??= new AbortController();
      await Promise.all([...all.values()].map((child) => child.fall()));
    },
    release() {
      held?.abort();
      held = undefined;
      poweredAt = now();
    },
    stop: async () => void (await Promise.all([...all.values()].map((child) => child.stop()))),
  };
}

/** How much garbage the Go programs may keep, in percent of what they hold (Go's GOGC): less work for more memory. */
function memoryForTime(): Record<string, string> {
  const percent = process.env['CATALYST_ENGINES_GOGC'];
  return percent ? { GOGC: percent, GOMEMLIMIT: '2500MiB' } : {};
}
