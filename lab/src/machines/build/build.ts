/** Builds the root file system of test servers with Debian's own tools; when it is there already, nothing is done. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, isCatalystError } from 'catalyst/support/errors/errors.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import { type Env, finishedDns, finishedMachine, machinesFolder } from './cache.js';
import {
  base,
  dnsPackages,
  dnsRecipeKey,
  install,
  installDns,
  list,
  packages,
  recipeKey,
  see,
  suite,
} from './recipe.js';

export interface BuildMachineOptions {
  exec: Exec;
  env: Env;
  signal: AbortSignal;
  say: (text: string) => void;
  /** User id of this process. */
  uid: number;
}

const again = 'then: npm run machines';
/** Mounts and processes of a step are its own, and end with it. */
const apart = ['--mount', '--pid', '--fork', '--kill-child'];

/** The finished folder, and whether this call made it. Throws E3001 when this machine cannot build it. */
export async function buildMachine(options: BuildMachineOptions): Promise<{ folder: string; built: boolean }> {
  const present = finishedMachine(options.env);
  if (present) return { folder: present, built: false };
  await checkMachine(options);
  const mirror = await findMirror(options);
  const what = `the root file system of a server: Debian ${suite} from ${mirror}, ${packages.length} packages`;
  return { folder: await finish(recipeKey(), what, options, (part) => build(part, mirror, options)), built: true };
}

/** The same of the programs of the name servers, a layer above what `buildMachine` builds. */
export async function buildDns(options: BuildMachineOptions): Promise<{ folder: string; built: boolean }> {
  const { folder: below } = await buildMachine(options);
  const present = finishedDns(options.env);
  if (present) return { folder: present, built: false };
  await checkMachine(options);
  const what = `what name servers run, above it: ${dnsPackages.join(', ')}`;
  const folder = await finish(dnsRecipeKey(basename(below)), what, options, async (part) => {
    const [seen, layer, work] = ['seen', 'layer', 'work'].map((name) => join(part, name)) as [string, string, string];
    for (const one of [seen, layer, work]) mkdirSync(one);
    const script = scripts(part, options);
    const folders = [seen, join(below, 'root'), layer, work];
    await script(installDns, ...folders);
    const { stdout } = await script(`${see}${list}`, ...folders);
    for (const one of [seen, work]) rmSync(one, { recursive: true, force: true });
    return stdout;
  });
  return { folder, built: true };
}

/** Makes a folder, and moves it to its place once it is whole. `make` resolves to the packages in it, one a line. */
async function finish(
  key: string,
  what: string,
  { env, say }: BuildMachineOptions,
  make: (part: string) => Promise<string>,
): Promise<string> {
  const folder = machinesFolder(env);
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  const part = mkdtempSync(join(folder, `.part-${process.pid}-`));
  try {
    say(`building ${what}`);
    const began = performance.now();
    const found = await make(part);
    writeFileSync(join(part, 'packages'), found);
    const versions = createHash('sha256').update(found).digest('hex').slice(0, 16);
    const finished = join(folder, `${key}-${versions}`);
    // two builds at once: the first one to finish stays
    if (!existsSync(finished)) renameSync(part, finished);
    say(`built in ${Math.round((performance.now() - began) / 1000)}s, ${found.split('\n').length - 1} packages`);
    return finished;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Runs a script with mounts of its own. */
const scripts =
  (part: string, { exec, signal }: BuildMachineOptions) =>
  (text: string, ...args: string[]) =>
    exec({
      ...{ file: 'unshare', args: [...apart, 'sh', '-c', text, 'sh', ...args], cwd: part, signal },
      ...{ timeoutMs: 20 * 60_000, env: { LC_ALL: 'C' } },
    });

async function build(part: string, mirror: string, options: BuildMachineOptions): Promise<string> {
  const { exec, signal } = options;
  const root = join(part, 'root');
  const tool = join(part, 'debootstrap');
  const run = (file: string, args: string[], cwd = part) =>
    exec({ file, args, cwd, signal, timeoutMs: 20 * 60_000, env: { LC_ALL: 'C' } });
  const script = scripts(part, options);
  mkdirSync(tool);
  // not installed on this machine: one package, unpacked beside what it makes; apt would hand it to a user who cannot write here
  const download = () => run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'debootstrap'], tool);
  await download().catch(async () => {
    await run('apt-get', ['-qq', 'update']);
    await download();
  });
  const archive = readdirSync(tool).find((name) => name.endsWith('.deb'));
  if (!archive) throw fail('E3002', 'apt-get download debootstrap left no package.');
  await run('dpkg-deb', ['--extract', join(tool, archive), tool]);
  await script(base, root, mirror, tool);
  await script(install, root);
  const { stdout } = await script(list, root);
  rmSync(tool, { recursive: true, force: true });
  return stdout;
}

/** Throws E3001 with what is missing. */
async function checkMachine({ exec, uid, signal }: BuildMachineOptions): Promise<void> {
  const cannot = (why: string, action: string) =>
    fail('E3001', `The root file system of test servers cannot be built here: ${why}.`, { actions: [action] });
  if (uid !== 0) throw cannot('it needs root', 'sudo npm run machines');
  for (const file of ['apt-get', 'dpkg-deb', 'unshare', 'chroot', 'wget']) {
    await exec({ file, args: ['--version'], signal }).catch((error: unknown) => {
      if (isCatalystError(error, 'E3001')) throw cannot(`${file} was not found`, `install ${file}, ${again}`);
    });
  }
  await exec({ file: 'unshare', args: [...apart, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], signal }).catch(() => {
    throw cannot('namespaces and mounts are not permitted', `run it where root may mount, ${again}`);
  });
}

/** Address of the Debian archive in apt's own configuration. */
async function findMirror({ exec, signal }: BuildMachineOptions): Promise<string> {
  const format = '$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)';
  const args = ['indextargets', '--format', format, 'Created-By: Packages'];
  const { stdout } = await exec({ file: 'apt-get', args, signal });
  const mirror = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .find(([origin, component, release = '']) => origin === 'Debian' && component === 'main' && !release.includes('-'));
  if (mirror?.[3]) return mirror[3].replace(/\/$/, '');
  const actions = [`add a Debian archive to /etc/apt/sources.list.d, apt-get update, ${again}`];
  throw fail('E3001', "apt's configuration names no Debian archive to take a root file system from.", { actions });
}

/** What builds that were killed left behind. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^\.part-(\d+)-/.exec(name)?.[1]);
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
