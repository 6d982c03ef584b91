/** Who runs, in terms that another process can check: by machine, boot and start time, never by a name that a network changes. */
import { readFileSync, readlinkSync } from 'node:fs';
import { sha256 } from '../../support/hash.js';

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

/** True only for a process of this very boot of this very machine that has ended: a clone of the machine is another boot. */
export function hasEndedHere(other: ProcessIdentity, here: ProcessIdentity, startOf: StartOf = processStart): boolean {
  return other.machine === here.machine && lifeOf(other, here, startOf) === 'dead';
}

/** What a cluster may keep of it, where others read it: machine and boot as hashes, which still compare. */
export function shownIdentity(identity: ProcessIdentity = thisProcess()): ProcessIdentity {
  const hashed = (id: string) => (id === '' ? '' : sha256(id).slice(0, 16));
  return { ...identity, boot: hashed(identity.boot), machine: hashed(identity.machine) };
}

/** Reads what `JSON.stringify` made of one; undefined for any other text. */
export function readIdentity(text: string | undefined): ProcessIdentity | undefined {
  try {
    const { pid, ...rest } = JSON.parse(text ?? '') as ProcessIdentity;
    const { started, pids, boot, machine } = rest;
    const whole = typeof pid === 'number' && [started, pids, boot, machine].every((one) => typeof one === 'string');
    return whole ? { pid, started, pids, boot, machine } : undefined;
  } catch {
    return undefined;
  }
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
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
  });
}

function attempt(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
