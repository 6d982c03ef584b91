import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What is committed (or staged): the build before the tests has rewritten the file itself. Outside of git, the file. */
function committed(path: string): string {
  try {
    return execFileSync('git', ['show', `:${path}`], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 2 ** 26,
    });
  } catch {
    return readFileSync(join(root, path), 'utf8');
  }
}

describe('generated files', () => {
  let scripts: { makeManifest(folder?: string): Promise<string>; makeSchema(): Promise<string> };
  beforeAll(async () => {
    scripts = await import(pathToFileURL(join(root, 'scripts/manifest.mjs')).href);
  });

  it.each(['.', 'lab'])(
    '%s/oclif.manifest.json is what the commands say now; else: npm run build, and commit it',
    async (folder) => {
      expect(
        committed(`${folder === '.' ? '' : 'lab/'}oclif.manifest.json`) === (await scripts.makeManifest(folder)),
      ).toBe(true);
    },
  );

  it('schema/sovereign.schema.json is what src/sovereign/spec/schema.ts says now; else: npm run build, and commit it', async () => {
    expect(committed('schema/sovereign.schema.json')).toBe(await scripts.makeSchema());
  });

  it.each([
    ['plain', {}],
    ['colored', { FORCE_COLOR: '1' }],
    ['asked for no color', { NO_COLOR: '1' }],
  ])('--help, which the build has laid out, is what oclif lays out: %s', (_how, env) => {
    const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = process.env;
    const page = (word: string) =>
      execFileSync(process.execPath, [join(root, 'bin/run.js'), word], { encoding: 'utf8', env: { ...rest, ...env } });
    expect(existsSync(join(root, 'dist/run/root-help.txt'))).toBe(true);
    expect(page('--help')).toBe(page('help'));
  });

  it('the manifest names no place of this machine', async () => {
    expect(await scripts.makeManifest()).not.toContain(root);
  });
});
