import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { subset } from 'semver';
import { expect, it } from 'vitest';

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

it('the range of Node has one home, from which bin/run.js reads it; the lab, as a package of its own, repeats it', () => {
  const { node } = read('package.json').engines;
  expect(read('lab/package.json').engines.node).toBe(node);
  const first = node.split(' || ')[0].slice(1);
  for (const file of ['bin/run.js', 'README.md'])
    expect(readFileSync(join(root, file), 'utf8').replaceAll(/^\s*\/\*\*.*$/gm, '')).not.toContain(first);
});
