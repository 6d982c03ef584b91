/** Cgroups of test servers: empty folders in the second hierarchy, named after the process that made them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const common = 'catalyst-machines';
let made = 0;

/** Where this process is in the second hierarchy of cgroups; undefined when that is not mounted. */
export function ownCgroup(read = (file: string) => readFileSync(file, 'utf8')): string | undefined {
  const mounts = read('/proc/self/mountinfo').split('\n');
  const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
  const own = /^0::(.*)$/m.exec(read('/proc/self/cgroup'))?.[1];
  return mount && own ? join(mount, own) : undefined;
}

/** A new cgroup below `parent`; those of processes that were killed are removed. */
export function createCgroup(parent: string): string {
  const folder = join(parent, common);
  made += 1;
  const group = join(folder, `${process.pid}-${made}`);
  // first: with a group in it nobody removes the common folder
  mkdirSync(group, { recursive: true });
  for (const name of readdirSync(folder)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (pid && !existsSync(`/proc/${pid}`)) removeCgroup(join(folder, name));
  }
  return group;
}

/** Removes what is empty of it, and the common folder with the last one; one in which something runs stays. */
export function removeCgroup(group: string): void {
  removeEmpty(group);
  try {
    rmdirSync(join(group, '..'));
  } catch {
    // others are in it
  }
}

function removeEmpty(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmpty(join(group, entry.name));
  try {
    rmdirSync(group);
  } catch {
    // not empty yet: the next start removes it
  }
}
