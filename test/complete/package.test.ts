/** The package as somebody installs it: in an empty folder, with what npm finds for it and nothing of this checkout. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'catalyst-package-'));
const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') };
const installed = join(folder, 'node_modules/catalyst');
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
const catalyst = (...args: string[]) =>
  execFileSync(process.execPath, [join(installed, 'bin/run.js'), ...args], { cwd: folder, env, encoding: 'utf8' });

/** What is taken on disk below a folder, in MB (blocks of 512 bytes). */
const megabytes = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => lstatSync(join(entry.parentPath, entry.name)).blocks * 512)
    .reduce((sum, bytes) => sum + bytes, 0) / 1e6;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a packed catalyst runs, and brings the lab with what the lab alone needs', () => {
  npm('pack', root, '--ignore-scripts', '--silent');
  npm('init', '--yes');
  npm('install', '--no-audit', '--no-fund', join(folder, 'catalyst-0.1.0.tgz'));
  const bundled = readdirSync(join(installed, 'node_modules'));
  expect(bundled).toContain('catalyst-lab');
  expect(bundled.filter((name) => ['@aws-sdk', '@oclif', 'semver', 'ssh2'].includes(name))).toEqual([]);
  expect(megabytes(join(folder, 'node_modules'))).toBeLessThan(125.9); // 120 MiB
  expect(catalyst('--version')).toMatch(/^catalyst\/0\.1\.0 /);
  try {
    catalyst('lab', 'up', 'packed');
    expect(catalyst('preflight', '--lab', 'packed')).toContain('contabo');
  } finally {
    catalyst('lab', 'down', 'packed');
  }
});
