import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isModuleNamespaceObject } from 'node:util/types';
import { describe, expect, it } from 'vitest';
import { importsOf, root, sources } from './source-imports.js';

interface Package {
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides?: Record<string, Record<string, string>>;
  oclif: { plugins?: string[] };
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const product: Package = JSON.parse(read('package.json'));
const lab: Package = JSON.parse(read('lab/package.json'));

/** What is needed without an import, and by what. */
const programs: Record<string, string> = {
  '@biomejs/biome': 'npm run lint',
  cspell: 'npm run lint',
  typescript: 'npm run build',
  node: 'npx node on a machine with an older one',
  vite: 'vitest',
  '@vitest/coverage-v8': 'npm run coverage',
};

function texts(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(ts|js|mjs|cjs)$/.test(entry.name))
      .filter(({ parentPath }) => !/\/(dist|node_modules)(\/|$)/.test(parentPath))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  );
}

/** Names of `packages` that none of `files` imports, requires or resolves. */
function unused(packages: readonly string[], files: readonly string[]): string[] {
  const quoted = (name: string) => [`'${name}'`, `"${name}"`, `'${name}/`, `"${name}/`];
  return packages.filter((name) => !files.some((text) => quoted(name).some((form) => text.includes(form))));
}

/** The package whose types `@types/name` are. */
const typed = (name: string) => name.replace('@types/', '');

describe('the packages that package.json names', () => {
  it('are imported by the product, are its plugins, or replace what another one brings', () => {
    const replacing = Object.values(product.overrides ?? {}).flatMap((one) => Object.keys(one));
    const named = new Set([...(product.oclif.plugins ?? []), ...replacing]);
    for (const file of [...sources('src'), ...sources('commands')]) {
      for (const { target } of importsOf(file)) named.add(target.match(/^(?:@[^/]+\/)?[^/]+/)![0]);
      const required = read(file).matchAll(/createRequire\(.*?\)[^\n]*\('((?:@[^/]+\/)?[^/']+)/g);
      for (const [, name] of required) named.add(name!);
    }
    expect(Object.keys(product.dependencies).filter((name) => !named.has(name))).toEqual([]);
  });

  it('are all that the product needs where it is installed: what is not bundled is a dependency', () => {
    const bundled = read('scripts/bundle.mjs').match(/const bundled = \[([^\]]*)\]/)![1]!;
    const lost = [...sources('src'), ...sources('commands')].flatMap((file) =>
      importsOf(file)
        .filter(({ target, typeOnly }) => !typeOnly && /^(?!node:)[a-z@]/.test(target))
        .map(({ target }) => target.match(/^(?:@[^/]+\/)?[^/]+/)![0])
        .filter((name) => !bundled.includes(`'${name}'`) && !(name in product.dependencies))
        .map((name) => `${file}: ${name}`),
    );
    expect(lost).toEqual([]);
  });

  it('have their licenses beside their code where they are bundled', () => {
    const bundled = [
      ...read('scripts/bundle.mjs')
        .match(/const bundled = \[([^\]]*)\]/)![1]!
        .matchAll(/'([^']+)'/g),
    ];
    const licenses = read('dist/run/LICENSES.txt');
    const lacking = bundled.filter(([, name]) => !new RegExp(`(^|, )${name} \\d`, 'm').test(licenses));
    expect(lacking.map(([, name]) => name)).toEqual([]);
    expect(licenses).toMatch(/d3-scale \d.*\n\nCopyright .* Mike Bostock/);
  });

  /** What people start is CommonJS: there the default import of a module that is ESM alone is the module itself. */
  it('are bundled, or CommonJS, where their default export is imported', () => {
    const bundled = read('scripts/bundle.mjs').match(/const bundled = \[([^\]]*)\]/)![1]!;
    const require = createRequire(join(root, 'package.json'));
    const wrong = [...sources('src'), ...sources('commands')].flatMap((file) =>
      [...read(file).matchAll(/^import (?!type\b)\w+(?:, \{[^}]*\})? from '([^.'][^']*)';/gm)]
        .map(([, name]) => name!)
        .filter((name) => !name.startsWith('node:') && !bundled.includes(`'${name}'`))
        .filter((name) => isModuleNamespaceObject(require(name)))
        .map((name) => `${file}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('of the lab are imported by the lab', () => {
    const names = Object.keys({ ...lab.dependencies, ...lab.peerDependencies });
    expect(unused(names, texts('lab/src', 'lab/commands'))).toEqual([]);
  });

  it('of the product are peers of the lab, so that the package does not carry them twice', () => {
    const twice = Object.keys(lab.dependencies).filter((name) => name in product.dependencies);
    expect(twice).toEqual([]);
    expect(product.dependencies).toMatchObject(lab.peerDependencies ?? {});
  });

  it('for development are imported by tests and scripts, are programs, or are types of what is imported', () => {
    const files = [...texts('test', 'lab/test', 'scripts', 'bench'), read('vitest.config.ts')];
    const names = Object.keys(product.devDependencies).filter((name) => !(name in programs) && name !== '@types/node');
    const types = names.filter((name) => name.startsWith('@types/'));
    const others = names.filter((name) => !name.startsWith('@types/'));
    expect([...unused(others, files), ...unused(types.map(typed), [...files, ...texts('src', 'lab/src')])]).toEqual([]);
  });

  it('are found to be unused when nothing imports them', () => {
    const files = ["import { parse } from 'yaml';", "const wasm = require.resolve('@scope/name/file.wasm');"];
    expect(unused(['yaml', '@scope/name', 'unheard-of'], files)).toEqual(['unheard-of']);
  });
});
