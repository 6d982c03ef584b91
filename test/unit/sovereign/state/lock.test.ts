import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, readHolder, stateOfHolder } from '../../../../src/sovereign/state/lease.js';
import { takeLock } from '../../../../src/sovereign/state/lock.js';
import { thisProcess } from '../../../../src/sovereign/state/process-identity.js';

const runSources = join(import.meta.dirname, '../../../fakes/run-sources.mjs');
let dir: string;
const now = new Date('2026-11-23T02:00:00Z');
let runs = 0;
const take = (startOf?: (pid: number) => string | undefined, at = now) =>
  takeLock(dir, { command: 'catalyst wizard', run: `run-${runs++}`, by: 'me@here', now: at, startOf });
const here = thisProcess();
const holder = (more: Partial<Holder>): Holder => ({
  ...{ ...here, pid: 4242, started: '77', command: 'catalyst plan', by: 'you@there', run: 'other', journal: '' },
  ...{ since: 'then', renewed: now.toISOString(), ...more },
});
const leave = (more: Partial<Holder>) => writeFileSync(join(dir, 'lock'), JSON.stringify(holder(more)));
const gone = (pid: number) => (pid === process.pid ? '1' : undefined);
const elsewhere = { boot: 'another-boot', machine: 'another-machine' };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the lock', () => {
  it('is a private lease beside the open journal, and goes with its release', () => {
    const lock = take();
    for (const name of ['lock', 'journal.jsonl']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, by: 'me@here' });
    lock.release();
    expect(readdirSync(dir)).toEqual(['journal.jsonl']);
    take().release();
  });

  it('is refused while its holder lives, naming it, the path and how to stop it', () => {
    const lock = take();
    expect(() => take()).toThrow(expect.objectContaining({ code: 'E1202', exitCode: 9 }));
    expect(() => take()).toThrow(
      `"catalyst wizard" holds the lock ${join(dir, 'lock')} since 2026-11-23T02:00:00.000Z`,
    );
    try {
      take();
    } catch (error) {
      expect((error as { actions: string[] }).actions).toContain(`or stop it: kill ${process.pid}`);
    }
    lock.release();
  });

  it('excludes even when its lease was removed: the journal itself is held', () => {
    const lock = take();
    rmSync(join(dir, 'lock'));
    expect(() => take()).toThrow(expect.objectContaining({ code: 'E1202' }));
    lock.renew(now);
    expect(existsSync(join(dir, 'lock'))).toBe(true);
    lock.release();
  });

  it('excludes even when its journal was replaced: the lease names a process that lives', () => {
    const lock = take();
    renameSync(join(dir, 'journal.jsonl'), join(dir, 'aside'));
    expect(() => take()).toThrow(expect.objectContaining({ code: 'E1202' }));
    expect(lock.journal.inPlace()).toBe(false);
    lock.release();
  });

  it('is taken over when the process is gone, or its pid is another process now', () => {
    leave({});
    take(gone).release();
    leave({});
    take((pid) => (pid === process.pid ? '1' : '78')).release();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it('goes to whoever was quicker to take it from a dead holder', () => {
    leave({ started: '77' });
    let quicker = () => leave({ pid: 5151, started: '77', run: 'quicker' });
    const startOf = (pid: number) => {
      if (pid !== 4242) return '77';
      quicker();
      quicker = () => undefined;
      return undefined;
    };
    expect(() => take(startOf)).toThrow(expect.objectContaining({ code: 'E1202', exitCode: 9 }));
    expect(readHolder(join(dir, 'lock'))).toMatchObject({ run: 'quicker', pid: 5151 });
    expect(readdirSync(dir).sort()).toEqual(['journal.jsonl', 'lock']);
  });

  it('is taken when that of a dead holder goes meanwhile', () => {
    leave({ started: '77' });
    const lock = take((pid) => {
      if (pid !== 4242) return '77';
      rmSync(join(dir, 'lock'), { force: true });
      return undefined;
    });
    expect(readHolder(join(dir, 'lock'))?.by).toBe('me@here');
    lock.release();
  });

  it('that was cut in the middle of writing is taken over', () => {
    writeFileSync(join(dir, 'lock'), '{"pid":');
    take().release();
  });

  it('is not released or renewed by a process that no longer holds it', () => {
    const lock = take();
    leave({});
    lock.renew(new Date('2026-11-23T03:00:00Z'));
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'))).toMatchObject({ run: 'other' });
    lock.release();
    expect(existsSync(join(dir, 'lock'))).toBe(true);
  });

  it('of another machine is refused: while it is renewed by its time, later with the command that takes it over', () => {
    leave({ ...elsewhere });
    expect(() => take(gone)).toThrow(expect.objectContaining({ code: 'E1202', exitCode: 9 }));
    const later = new Date(now.getTime() + 61_000);
    expect(() => take(gone, later)).toThrow(
      expect.objectContaining({ code: 'E1203', exitCode: 9, actions: expect.arrayContaining(['catalyst unlock']) }),
    );
    expect(() => take(gone, later)).toThrow(join(dir, 'lock'));
    // The refused run holds nothing.
    rmSync(join(dir, 'lock'));
    take().release();
  });
});

describe('a lease', () => {
  it.each(['3', '{"command":"catalyst plan"}', '{"pid":4242}'])('that says %s names nobody', (text) => {
    writeFileSync(join(dir, 'lock'), text);
    expect(readHolder(join(dir, 'lock'))).toBeUndefined();
    take().release();
  });

  it('of an earlier version, with less in it, names its holder', () => {
    writeFileSync(join(dir, 'lock'), '{"pid":4242,"command":"catalyst plan"}');
    expect(readHolder(join(dir, 'lock'))).toMatchObject({ pid: 4242, run: '', renewed: '', journal: '' });
  });
});

describe('a lock that cannot be had', () => {
  const thrown = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error as { code: string; message: string; actions: string[] };
    }
    throw new Error('nothing was thrown');
  };

  it('because the folder is not there names the file and why', () => {
    const nowhere = join(dir, 'missing');
    const request = { command: 'catalyst wizard', run: 'r', by: 'me@here', now };
    const error = thrown(() => takeLock(nowhere, request));
    expect([error.code, error.message]).toEqual(['E1201', expect.stringContaining(join(nowhere, 'journal.jsonl'))]);
  });

  it('because its lease cannot be written leaves the journal free', () => {
    const request = { command: 'catalyst wizard', run: 'no/such folder', by: 'me@here', now };
    expect(thrown(() => takeLock(dir, request)).message).toMatch(/The lock .* cannot be written: ENOENT/);
    take().release();
    expect(readdirSync(dir)).toEqual(['journal.jsonl']);
  });

  it('because somebody without a lease, or with one of the dead, has the file open says how to find out who', () => {
    const lock = take();
    for (const change of [() => rmSync(join(dir, 'lock')), () => leave({})]) {
      change();
      const error = thrown(() => take(gone));
      expect([error.code, error.message]).toEqual(['E1202', expect.stringMatching(/no lease at .*lock names it/)]);
      expect(error.actions).toContain(`fuser -v ${join(dir, 'journal.jsonl')}`);
    }
    lock.release();
  });

  it('although its holder is silent is held by one that lives: the kernel knows', () => {
    const lock = take();
    leave({ ...elsewhere });
    const later = new Date(now.getTime() + 3_600_000);
    expect(thrown(() => take(gone, later))).toMatchObject({
      code: 'E1202',
      message: expect.stringContaining('renewed at'),
    });
    lock.release();
  });

  it('of a silent holder gives way to whoever names its run, and that of one that lives here to nobody', () => {
    const request = { command: 'catalyst unlock', run: 'mine', by: 'me@here' };
    const later = new Date(now.getTime() + 3_600_000);
    leave({ ...elsewhere });
    expect(thrown(() => takeLock(dir, { ...request, now: later, takeOver: 'another' })).code).toBe('E1203');
    takeLock(dir, { ...request, now: later, takeOver: 'other' }).release();
    leave({ pid: process.pid, started: here.started });
    expect(thrown(() => takeLock(dir, { ...request, now: later, takeOver: 'other' })).code).toBe('E1202');
  });

  it('by its journal can be had by another file', () => {
    const lock = take();
    rmSync(join(dir, 'lock'));
    const request = { command: 'catalyst lab up', run: 'of-the-lab', by: 'me@here', now, file: 'lab.jsonl' };
    const other = takeLock(dir, request);
    expect(other.journal.path).toBe(join(dir, 'lab.jsonl'));
    other.release();
    lock.release();
  });
});

describe('the state of a holder', () => {
  const me = { ...here, machine: 'this-machine' };
  const state = (more: Partial<Holder>, ms: number) =>
    stateOfHolder(holder({ ...me, pid: 4242, ...more }), {
      ...{ here: me, journal: { identity: '1:2', locked: true }, startOf: gone },
      now: new Date(now.getTime() + ms),
    });
  it.each<[string, Partial<Holder>, number, string]>([
    ['a container on this kernel that locked this very journal', { pids: 'pid:[1]', journal: '1:2' }, 0, 'dead'],
    ['a container on this kernel that locked another file', { pids: 'pid:[1]', journal: '1:3' }, 0, 'renewing'],
    ['a container on this kernel without locks', { pids: 'pid:[1]' }, 61_000, 'silent'],
    ['this machine before its restart', { boot: 'before' }, 61_000, 'dead'],
    ['a machine with the same id that still renews', { boot: 'before' }, 5_000, 'renewing'],
    ['another machine', elsewhere, 61_000, 'silent'],
    ['another machine whose clock is ahead', elsewhere, -61_000, 'silent'],
    ['a lease without a time', { ...elsewhere, renewed: '' }, 0, 'silent'],
  ])('%s', (_what, more, ms, expected) => {
    expect(state(more, ms)).toBe(expected);
  });
});

const asRoot = process.getuid?.() === 0 ? [] : ['-r'];
const holdScript = join(import.meta.dirname, 'hold-lock.mjs');

/** Real processes: another PID namespace and another host name must not matter. */
describe.each([
  ['in another PID namespace', ['-p', '-f', '--mount-proc', '--kill-child']],
  ['under another host name', ['--uts']],
])('a holder %s', (_where, flags) => {
  it('excludes while it lives, with and without its lease, and no longer when it was killed', async () => {
    const child = spawn('unshare', [...asRoot, ...flags, process.execPath, '--import', runSources, holdScript, dir]);
    let errors = '';
    child.stderr.on('data', (data) => (errors += data));
    const ended = new Promise<string>((resolve) => child.once('close', () => resolve(errors)));
    const holds = new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    expect(await Promise.race([holds, ended])).toBe('holds');
    const later = new Date(now.getTime() + 3_600_000);
    expect(() => take(undefined, later)).toThrow(expect.objectContaining({ code: 'E1202' }));
    renameSync(join(dir, 'lock'), join(dir, 'aside'));
    expect(() => take(undefined, later)).toThrow(expect.objectContaining({ code: 'E1202' }));
    renameSync(join(dir, 'aside'), join(dir, 'lock'));
    child.kill('SIGKILL');
    await ended;
    take(undefined, later).release();
  });
});
