/** Tests leave nothing in the temporary folder of this machine: they have one of their own, which a killed run leaves to the next. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import setup, { removeLeft } from '../temporary-folder.js';

it('is one that this run has made, short enough for the paths of sockets', () => {
  expect(basename(tmpdir())).toMatch(/^ct-\d+-\w{6}$/);
  expect(join(tmpdir(), 'catalyst-lab-123456/services.sock').length).toBeLessThan(108);
});

it('that a killed run has left is removed, one of a run that goes on and other folders are not', () => {
  const base = mkdtempSync(join(tmpdir(), 'base-'));
  const { pid: dead } = spawnSync('true');
  const [left, running] = [`ct-${dead}-abcdef`, `ct-${process.ppid}-abcdef`];
  for (const name of [left, running, 'ct-mine', `catalyst-${dead}-abcdef`]) {
    mkdirSync(join(base, name, 'deep'), { recursive: true });
    writeFileSync(join(base, name, 'deep', 'file'), '');
  }
  removeLeft(base);
  expect(readdirSync(base).sort()).toEqual([`catalyst-${dead}-abcdef`, 'ct-mine', running].sort());
});

it('is removed at the end, whatever is in it', () => {
  const before = process.env.TMPDIR;
  const end = setup();
  const own = tmpdir();
  expect(own.startsWith(`${before}/ct-${process.pid}-`)).toBe(true);
  mkdirSync(join(own, 'closed', 'deep'), { recursive: true, mode: 0o500 });
  end();
  expect(existsSync(own)).toBe(false);
  expect(process.env.TMPDIR).toBe(before);
});
