import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/sovereign/lock.js';

let dir: string;
const now = new Date('2026-11-23T02:00:00Z');
const take = (startOf?: (pid: number) => string | undefined) =>
  takeLock(dir, { command: 'catalyst wizard', now, startOf });
const holder = (more: object) =>
  JSON.stringify({ pid: 4242, started: '77', host: hostname(), command: 'catalyst plan', at: 'then', ...more });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the lock', () => {
  it('is a private file that goes with its release', () => {
    const lock = take();
    expect(statSync(join(dir, 'lock')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is refused while its holder lives, naming it', () => {
    take();
    expect(() => take()).toThrow(expect.objectContaining({ code: 'E1202', exitCode: 9 }));
    expect(() => take()).toThrow(/"catalyst wizard" holds the lock since 2026-11-23T02:00:00.000Z \(process \d+ on/);
  });

  it('is taken over when the process is gone, or its pid is another process now', () => {
    writeFileSync(join(dir, 'lock'), holder({}));
    take((pid) => (pid === process.pid ? '1' : undefined)).release();
    writeFileSync(join(dir, 'lock'), holder({}));
    take((pid) => (pid === process.pid ? '1' : '78')).release();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it('of another machine is never taken over', () => {
    writeFileSync(join(dir, 'lock'), holder({ host: 'elsewhere' }));
    expect(() => take(() => undefined)).toThrow(/on elsewhere/);
  });

  it('that was cut in the middle of writing is taken over', () => {
    writeFileSync(join(dir, 'lock'), '{"pid":');
    expect(() => take().release()).not.toThrow();
  });

  it('is not released by a process that no longer holds it', () => {
    const lock = take();
    writeFileSync(join(dir, 'lock'), holder({}));
    lock.release();
    expect(existsSync(join(dir, 'lock'))).toBe(true);
  });
});
