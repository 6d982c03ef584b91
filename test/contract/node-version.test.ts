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
