/** Who runs, in terms that another process can check: by machine, boot and start time, never by a name that a network changes. */
import { readFileSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot, so that a reused pid is seen; empty where there is no /proc. */
  started: string;
  /** PID namespace that `pid` counts in; empty where there is none. */
  pids: string;
  /** Of this boot of the kernel, containers included; empty where the platform has none. */
  boot: string;
  /** Survives a reboot; images of containers often share it, so that it proves little alone. */
  machine: string;
}

/** Answers `undefined` for a process that is gone, `''` for one that lives but has no start time to read. */
export type StartOf = (pid: number) => string | undefined;

export function thisProcess(startOf: StartOf = processStart): ProcessIdentity {
  return {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    pids: attempt(() => readlinkSync('/proc/self/ns/pid')),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    machine: attempt(() => readFileSync('/etc/machine-id', 'utf8')),
  };
}

/** Whether that process lives, as far as it can be known from `here`: only within one PID namespace of one boot. */
export function lifeOf(other: ProcessIdentity, here: ProcessIdentity, startOf: StartOf = processStart) {
  const visible = other.boot !== '' && other.boot === here.boot && other.pids === here.pids;
  if (!visible) return 'unknown';
  const started = startOf(other.pid);
  return started !== undefined && (other.started === '' || started === other.started) ? 'alive' : 'dead';
}

/** Field 22 of /proc/<pid>/stat. */
export function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  });
}

function attempt(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
