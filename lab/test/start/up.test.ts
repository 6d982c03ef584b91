import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { labUp } from '../../src/start/up.js';

it('a dry-run of lab up starts nothing', async () => {
  const home = mkdtempSync(join(tmpdir(), 'catalyst-up-'));
  const deeds: string[] = [];
  const context = {
    env: { XDG_STATE_HOME: home },
    signal: new AbortController().signal,
    output: { note: () => undefined },
    would: (deed: string) => deeds.push(deed) > 0,
  } as never;
  await expect(labUp(context, 'dry')).resolves.toBeUndefined();
  expect(deeds).toEqual(['start the lab dry']);
  expect(existsSync(join(home, 'catalyst', 'labs', 'dry'))).toBe(false);
  rmSync(home, { recursive: true });
});
