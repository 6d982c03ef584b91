import { existsSync, mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createRunFolder, type Process } from '../../../../src/sovereign/state/run-folder.js';

const now = new Date('2026-11-29T12:00:00Z');
let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'run-folder-'));
});

const machine = (pid: number, alive: Record<number, string>, scope = 'here-pid1'): Process => ({
  pid,
  scope,
  startOf: (one) => alive[one] ?? '',
  isAlive: (one) => one in alive,
});
const open = (self: Process) => createRunFolder(stateDir, now, self);
const folders = () => readdirSync(join(stateDir, 'run')).length;

it('is private, made at the first use, and gone at the end', () => {
  const folder = createRunFolder(stateDir, now);
  expect(existsSync(join(stateDir, 'run'))).toBe(false);
  writeFileSync(join(folder.path(), 'kubeconfig-1.yaml'), 'secret');
  expect(folder.path()).toBe(folder.path());
  expect(folder.path().startsWith(stateDir)).toBe(true);
  for (const path of [folder.path(), join(stateDir, 'run')]) expect(statSync(path).mode & 0o777).toBe(0o700);
  createRunFolder(stateDir, now);
  expect(existsSync(folder.path())).toBe(true);
  folder.close();
  expect(folders()).toBe(0);
});

it('of a killed run goes at the next start; that of a run that lives stays', () => {
  open(machine(10, { 10: '500' })).path();
  open(machine(11, { 10: '500', 11: '501' })).path();
  expect(folders()).toBe(2);
  open(machine(12, { 11: '501', 12: '502' }));
  expect(folders()).toBe(1);
});

it('of a killed run goes though its pid was given again', () => {
  open(machine(10, { 10: '500' })).path();
  open(machine(12, { 10: '900', 12: '901' }));
  expect(folders()).toBe(0);
});

it('of a run in another container stays for a day: nobody can look whether it lives', () => {
  const path = open(machine(10, { 10: '500' }, 'here-pid2')).path();
  utimesSync(path, now, now);
  open(machine(12, { 12: '502' }));
  expect(folders()).toBe(1);
  createRunFolder(stateDir, new Date(now.getTime() + 25 * 3_600_000), machine(12, { 12: '502' }));
  expect(folders()).toBe(0);
});
