/** A test server: Debian with systemd as its first process, in namespaces. It ends with this process, also when that is killed. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import { startProgram } from 'catalyst/tools/exec/exec.js';
import { type Env, finishedMachine } from './build/cache.js';
import { createCgroup, ownCgroup, removeCgroup } from './cgroups.js';
import { enterMachine } from './enter.js';

/** A file with its mode (0644 when left out), or a symbolic link. */
export type MachineFile = { text: string; mode?: number } | { link: string };

export interface MachineOptions {
  /** Finished folder of `npm run machines`. */
  machine: string;
  /** Its own folder, empty. */
  folder: string;
  name: string;
  /** Of its only interface, eth0, with the prefix length; nothing is reached by it. */
  address: string;
  /** Path in the server → what is there in place of, or beside, what Debian has. */
  files: Readonly<Record<string, MachineFile>>;
}

export interface Machine {
  /** Folder that is /share in the server: files, and Unix sockets on which others answer it. */
  share: string;
  /** Resolves once it is off. */
  ended: Promise<string>;
  /** Cuts the power. */
  stop(): Promise<void>;
}

/** Why no server can be started here, and what to do; undefined when one can. */
export async function missingForMachines(exec: Exec, env: Env): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it needs root: run the tests as root';
  if (!finishedMachine(env)) return 'the root file system has not been built: npm run machines';
  const group = ownCgroup();
  if (!group) return 'the second hierarchy of cgroups is not mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified';
  try {
    removeCgroup(createCgroup(group));
    const apart = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child'];
    await exec({ file: 'unshare', args: [...apart, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'] });
    return undefined;
  } catch (error) {
    return `namespaces are not permitted here (${String(error)}): run the tests where root may make them`;
  }
}

export function startMachine({ machine, folder, name, address, files }: MachineOptions): Machine {
  const share = join(folder, 'share');
  for (const each of ['memory', 'share', 'files']) mkdirSync(join(folder, each), { mode: 0o755 });
  for (const [path, file] of Object.entries(files)) layOut(join(folder, 'files', path), file);
  const parent = ownCgroup();
  if (!parent) throw new Error('no second hierarchy of cgroups');
  const group = createCgroup(parent);
  const program = startProgram({
    ...enterMachine({ root: join(machine, 'root'), folder, group, name, address }),
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    logFile: join(folder, 'start.log'),
  });
  const ended = program.ended.then((how) => {
    removeCgroup(group);
    const said = readFileSync(join(folder, 'start.log'), 'utf8').trim();
    return said ? `${how}: ${said}` : how;
  });
  return {
    share,
    ended,
    async stop() {
      program.kill('SIGKILL');
      await ended;
    },
  };
}

function layOut(path: string, file: MachineFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if ('link' in file) {
    symlinkSync(file.link, path);
  } else {
    writeFileSync(path, file.text);
    chmodSync(path, file.mode ?? 0o644);
  }
}
