import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { subset } from 'semver';
import { expect, it } from 'vitest';
import { machineChecks } from '../../src/preflight/machine.js';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

it('every Node that package.json allows is one that the libraries run on', () => {
  const ours: string = read('package.json').engines.node;
  const packages: Record<string, { dev?: boolean; engines?: { node?: string } }> = read('package-lock.json').packages;
  const narrower = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .filter(([, { engines }]) => engines?.node && !subset(ours, engines.node))
    .map(([path, { engines }]) => `${path} ${engines?.node}`);
  expect(narrower).toEqual([]);
});

it('the range of Node has one home, from which bin/run.js and preflight read it; the lab, as a package of its own, repeats it', () => {
  const { node } = read('package.json').engines;
  expect(read('lab/package.json').engines.node).toBe(node);
  const first = node.split(' || ')[0].slice(1);
  for (const file of ['bin/run.js', 'README.md'])
    expect(readFileSync(join(root, file), 'utf8').replaceAll(/^\s*\/\*\*.*$/gm, '')).not.toContain(first);
});

it.each(['22.13.0', '23.5.0', '24.10.0'])('preflight refuses Node %s, as bin/run.js does', async (nodeVersion) => {
  const git = { version: async () => '' };
  const [check] = machineChecks({ git, stateDir: '/', nodeVersion }).filter(({ id }) => id === 'node');
  await expect(check!.look()).rejects.toMatchObject({ code: 'E3001', message: expect.stringContaining(nodeVersion) });
});

it('a checkout that is not built says what to type', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unbuilt-'));
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const { exitCode, stderr } = await execa(process.execPath, [join(folder, 'bin/run.js'), 'doctor'], { reject: false });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('npm run build')]);
});
