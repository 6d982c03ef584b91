import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sessionGivesWay } from '../../src/engines/session-gives-way.js';

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'session-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
};

test('a session gives way where the system has groups of sessions', () => {
  const group = join(folder(), 'autogroup');
  writeFileSync(group, '0');
  sessionGivesWay(group);
  expect(readFileSync(group, 'utf8')).toBe('5');
});

test('without them nothing happens, and no file is made', () => {
  const group = join(folder(), 'autogroup');
  sessionGivesWay(group);
  expect(() => readFileSync(group)).toThrow();
});
