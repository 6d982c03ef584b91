import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePrivateDir } from '../../../../src/sovereign/state/state-dir.js';

it('makes every level, for nobody else to read', () => {
  const root = mkdtempSync(join(tmpdir(), 'catalyst-state-'));
  const made = makePrivateDir(join(root, 'a', 'b'));
  expect([statSync(made).mode & 0o777, statSync(join(root, 'a')).mode & 0o777]).toEqual([0o700, 0o700]);
  rmSync(root, { recursive: true });
});

it('says so where the system lets nothing be made, and does not try for ever', () => {
  expect(() => makePrivateDir('/proc/self/nowhere/state')).toThrow(/cannot be used/);
});
