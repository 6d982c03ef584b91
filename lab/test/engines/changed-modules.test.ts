import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engines, modulesFolder } from '../../src/engines/build/catalog.js';
import { changeModules } from '../../src/engines/build/changed-modules.js';

let at: string;
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'changed-modules-'));
  for (const folder of ['wrapper', 'cache']) mkdirSync(join(at, folder));
  writeFileSync(join(at, 'wrapper/go.mod'), 'module ours\n\nrequire example.org/m v1.0.0\n');
  writeFileSync(join(at, 'wrapper/go.sum'), 'example.org/m v1.0.0 h1:x\n');
  writeFileSync(join(at, 'wrapper/short.go'), 'package m // short\n');
  writeFileSync(join(at, 'cache/long.go'), 'package m // long\n');
  writeFileSync(join(at, 'cache/wait.go'), 'package m\n\nconst wait = 60\nconst other = 60\n');
});
afterEach(() => rmSync(at, { recursive: true }));

const change = (file: string, by: string | { text: string; becomes: string }) =>
  changeModules({
    wrapper: join(at, 'wrapper'),
    folder: join(at, 'copies'),
    changes: [{ module: 'example.org/m', file, by }],
    directoryOf: async () => join(at, 'cache'),
  });

test('a file of ours takes the place of one, in a copy that the go.mod names; the cache stays', async () => {
  const modfile = await change('long.go', 'short.go');
  const copy = /replace example\.org\/m => (.+)/.exec(readFileSync(modfile, 'utf8'))?.[1];
  expect(readFileSync(join(copy!, 'long.go'), 'utf8')).toBe('package m // short\n');
  expect(readFileSync(join(copy!, 'wait.go'), 'utf8')).toContain('wait = 60');
  expect(readFileSync(join(at, 'cache/long.go'), 'utf8')).toBe('package m // long\n');
  expect(readFileSync(join(at, 'copies/go.sum'), 'utf8')).toBe('example.org/m v1.0.0 h1:x\n');
});

test('a text that stands there once is changed', async () => {
  const modfile = await change('wait.go', { text: 'const wait = 60', becomes: 'const wait = 1' });
  const copy = /=> (.+)/.exec(readFileSync(modfile, 'utf8'))![1]!;
  expect(readFileSync(join(copy, 'wait.go'), 'utf8')).toBe('package m\n\nconst wait = 1\nconst other = 60\n');
});

test('a text that stands there twice, or no more, is refused', async () => {
  await expect(change('wait.go', { text: '= 60', becomes: '= 1' })).rejects.toThrow(/wait\.go .* has 2 times/);
  await expect(change('wait.go', { text: '= 30', becomes: '= 1' })).rejects.toThrow(/has 0 times/);
});

test('every change of the catalog names a file that is there', () => {
  const ours = engines.flatMap(({ name, changes = [] }) =>
    changes.flatMap(({ by }) => (typeof by === 'string' ? [join(modulesFolder(), name, by)] : [])),
  );
  expect(ours.length).toBeGreaterThan(0);
  for (const file of ours) expect(readFileSync(file, 'utf8')).toMatch(/^package \w+/m);
});
