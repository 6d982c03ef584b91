/** Builds the engines with Go, each from its wrapper module, into the cache; what is there already is left as it is. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fail, messageOf } from 'catalyst/support/errors/errors.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import pLimit from 'p-limit';
import { enginesFolder, finishedFolder, sourceKey } from './cache.js';
import { type Engine, engines, modulesFolder } from './catalog.js';
import { changeModules } from './changed-modules.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface BuildOptions {
  exec: Exec;
  env: Env;
  signal: AbortSignal;
  /** Names of engines; all that a lab or its tests use when left out. */
  only?: readonly string[];
  say: (text: string) => void;
  /** Keep Go's module and build caches, some 14 GB, for the next version. */
  keepCaches: boolean;
  /** How many are built beside each other; left out: two where memory is plenty. */
  atOnce?: number;
}

export interface BuildResult {
  built: string[];
  present: string[];
  failed: { engine: string; why: string; required: boolean }[];
}

/** Oldest Go that the pinned modules accept. */
const oldestGo = [1, 26] as const;

/** Throws E3001 when Go or a C compiler is missing, or Go too old, and something required is not there; an engine that does not build is told of and the others go on. */
export async function buildEngines(options: BuildOptions): Promise<BuildResult> {
  const { env, say, only } = options;
  const result: BuildResult = { built: [], present: [], failed: [] };
  const chosen = engines.filter((engine) => (only ? only.includes(engine.name) : !engine.onDemand));
  const goVersion = await goVersionOf(options).catch((error: unknown) => {
    // what is built needs no Go
    if (chosen.some((engine) => engine.required && !finishedFolder(engine, env))) throw error;
    say(`${messageOf(error)} Using what has already been built.`);
  });
  if (!goVersion) {
    for (const engine of chosen) {
      if (finishedFolder(engine, env)) result.present.push(engine.name);
      else result.failed.push({ engine: engine.name, why: 'Go is missing', required: false });
    }
    return result;
  }
  const unbuilt = chosen.filter((engine) => !finishedFolder(engine, env, goVersion));
  const inC = unbuilt.find((engine) => engine.cgo);
  // said before the others have taken their minutes
  if (inC) await findCompiler(inC, options);
  mkdirSync(enginesFolder(env), { recursive: true });
  result.present.push(...chosen.filter((engine) => !unbuilt.includes(engine)).map(({ name }) => name));
  const attempt = async (engine: Engine) => {
    options.signal.throwIfAborted();
    say(`building ${engine.name}: ${engine.purpose}`);
    const began = performance.now();
    try {
      await build(engine, goVersion, options);
      result.built.push(engine.name);
      say(`built ${engine.name} in ${Math.round((performance.now() - began) / 1000)}s`);
    } catch (error) {
      if (options.signal.aborted) throw error;
      result.failed.push({ engine: engine.name, why: messageOf(error), required: engine.required });
      say(`${engine.name} did not build: ${messageOf(error)}`);
    }
  };
  // a download or a linker leaves processors idle, which the other build takes
  const side = pLimit(options.atOnce ?? (totalmem() > 12 * 2 ** 30 ? 2 : 1));
  const ended = await Promise.allSettled(
    inTurns(unbuilt).map((turn) =>
      side(async () => {
        for (const engine of turn) await attempt(engine);
      }),
    ),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  if (!options.keepCaches && result.failed.length === 0)
    rmSync(join(enginesFolder(env), 'go'), { recursive: true, force: true });
  return result;
}

/** Flux's programs are made of the same libraries: one after the other each finds them compiled, beside each other none does. */
function inTurns(chosen: readonly Engine[]): Engine[][] {
  const isFlux = ({ name }: Engine) => name.startsWith('flux-');
  const first = chosen.find(isFlux);
  return chosen.flatMap((engine) => (isFlux(engine) ? (engine === first ? [chosen.filter(isFlux)] : []) : [[engine]]));
}

async function build(engine: Engine, goVersion: string, options: BuildOptions): Promise<void> {
  const root = enginesFolder(options.env);
  const part = mkdtempSync(join(root, '.part-'));
  try {
    await (engine.maven ? unpack : compile)(engine, part, options);
    const finished = join(root, `${sourceKey(engine)}-${goVersion}`);
    // two builds at once: the first one to finish stays
    if (!existsSync(finished)) renameSync(part, finished);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** What the wrapper's pom names, by Maven. */
async function unpack({ name }: Engine, part: string, { exec, signal }: BuildOptions): Promise<void> {
  const settings = Object.entries({ part, outputDirectory: part, excludeTransitive: true });
  await exec({
    file: 'mvn',
    args: ['-q', '-B', ...settings.map(([key, value]) => `-D${key}=${value}`), 'dependency:unpack-dependencies'],
    cwd: join(modulesFolder(), name),
    timeoutMs: 60 * 60_000,
    signal,
  });
  rmSync(join(part, 'target'), { recursive: true, force: true });
}

async function compile(engine: Engine, part: string, options: BuildOptions): Promise<void> {
  const { env, exec, signal } = options;
  const root = enginesFolder(env);
  const module = join(modulesFolder(), engine.name);
  const go = (args: string[]) =>
    exec({
      file: 'go',
      args,
      cwd: module,
      // compilers are many and short: what one leaves behind goes with it
      env: { ...goEnv(root), CGO_ENABLED: engine.cgo ? '1' : '0', GOGC: 'off', GOMEMLIMIT: '2GiB' },
      timeoutMs: 60 * 60_000,
      signal,
    });
  const directoryOf = async (name: string) => {
    const { stdout } = await go(['mod', 'download', '-json', name]);
    return (JSON.parse(stdout) as { Dir: string }).Dir;
  };
  const changed = join(part, 'changed');
  mkdirSync(join(part, 'bin'));
  const { changes } = engine;
  const modfile = changes && (await changeModules({ wrapper: module, folder: changed, changes, directoryOf }));
  const settings = Object.entries(engine.settings ?? {}).map(([key, value]) => `-X ${key}=${value}`);
  for (const program of engine.programs)
    await go([
      // nobody looks at these with a debugger: a fifth less to compile
      ...['build', '-p', '2', '-mod=readonly', '-trimpath', '-gcflags=all=-dwarf=false'],
      ...(modfile ? [`-modfile=${modfile}`] : []),
      ...(engine.tags ? ['-tags', engine.tags.join(' ')] : []),
      ...['-ldflags', ['-s -w', ...settings].join(' ')],
      ...['-o', join(part, 'bin', program.name), program.package],
    ]);
  for (const data of engine.data ?? []) {
    cpSync(join(await directoryOf(data.module), data.from), join(part, data.to), { recursive: true });
  }
  rmSync(changed, { recursive: true, force: true });
}

const goEnv = (root: string) => ({
  GOMODCACHE: join(root, 'go', 'mod'),
  GOCACHE: join(root, 'go', 'build'),
  GOFLAGS: '-buildvcs=false -modcacherw',
  GOTOOLCHAIN: 'local',
  // a version that is no module fails at once instead of being looked for at its origin
  GOVCS: '*:off',
  CGO_ENABLED: '0',
  GOOS: undefined,
  GOARCH: undefined,
  GOWORK: 'off',
});

async function goVersionOf({ exec, signal, env }: BuildOptions): Promise<string> {
  const actions = ['install Go 1.26 or newer and put it on the PATH, then: npm run engines'];
  const told = await exec({
    file: 'go',
    args: ['env', 'GOVERSION'],
    env: { ...goEnv(enginesFolder(env)) },
    signal,
  }).catch((error: unknown) => {
    throw fail('E3001', 'Go is not on this machine, and building the engines needs it.', { actions, cause: error });
  });
  const version = told.stdout.trim();
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1]))
    throw fail('E3001', `Go here is ${version}; the engines need ${oldestGo.join('.')} or newer.`, { actions });
  return version;
}

/** Throws E3001 when the C compiler that Go would call is not there. */
async function findCompiler(engine: Engine, { exec, signal, env }: BuildOptions): Promise<void> {
  const { stdout } = await exec({ file: 'go', args: ['env', 'CC'], env: goEnv(enginesFolder(env)), signal });
  const [file = 'cc', ...args] = stdout.trim().split(' ');
  await exec({ file, args: [...args, '--version'], signal }).catch((error: unknown) => {
    const message = `The C compiler ${file} is not on this machine; ${engine.name} is partly written in C.`;
    const actions = ['install it (Debian: apt-get install gcc libc6-dev), then: npm run engines'];
    throw fail('E3001', message, { actions, cause: error });
  });
}
