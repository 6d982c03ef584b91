/** Whoever starts a server is killed: nothing of the server is left, and what the kernel keeps of it goes with the next start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { finishedMachine } from '../../lab/src/machines/build/cache.js';
import { createCgroup, ownCgroup, removeCgroup } from '../../lab/src/machines/cgroups.js';
import { missingForMachines } from '../../lab/src/machines/machine.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { until } from '../until.js';

const missing = await missingForMachines(createExec(createRedactor()), process.env);
const folder = mkdtempSync(join(tmpdir(), 'catalyst-death-'));
let starter: ChildProcess | undefined;
afterAll(() => {
  starter?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(missing)('a server whose starter is killed', () => {
  test('ends with it, and its cgroup is removed by the next start', async () => {
    const sources = join(import.meta.dirname, '../fakes/run-sources.mjs');
    const script = join(import.meta.dirname, 'left-running.ts');
    starter = spawn(process.execPath, ['--import', sources, script, finishedMachine(process.env)!, folder], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const group = join(ownCgroup()!, 'catalyst-machines', `${starter.pid}-1`);
    const populated = () => /^populated 1$/m.test(readFileSync(join(group, 'cgroup.events'), 'utf8'));
    // systemd has made the first group of its own
    await until(() => existsSync(join(group, 'init.scope')));
    expect(populated()).toBe(true);

    const gone = new Promise((resolve) => starter?.once('exit', resolve));
    starter.kill('SIGKILL');
    await gone;
    await until(() => !populated());

    const next = createCgroup(ownCgroup()!);
    expect(existsSync(group)).toBe(false);
    removeCgroup(next);
    expect(existsSync(next)).toBe(false);
  });
});
