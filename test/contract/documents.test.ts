import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (page: string) => readFileSync(join(root, page), 'utf8');

const decisions = readdirSync(join(root, 'docs/decisions'))
  .filter((file) => /^\d{4}-.*\.md$/.test(file))
  .sort();
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
];

const folders = /^(src|lab|commands|test|docs|scripts|templates|schema|examples|bench|bin|\.ci)\//;

/** Paths that a page names: code spans that begin with a folder of the repository or end like a source, and links. */
function pathsIn(page: string, text: string): string[] {
  const spans = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1]!.replace(/[,:]$/, ''));
  const named = spans.filter((span) => folders.test(span) || /^[\w.-]+\/[\w./-]+\.(ts|mjs|md)$/.test(span));
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(page), target));
  return [...named, ...links].filter((path) => !/[<>*{}$…]/.test(path));
}

/** What a page names and the repository does not have. */
const missing = (page: string, text: string) => pathsIn(page, text).filter((path) => !existsSync(join(root, path)));

/** First table row of a page after a heading, up to the next heading. */
function rowsUnder(text: string, heading: RegExp): string[][] {
  const section = text.split(/^## /m).find((part) => heading.test(part)) ?? text;
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

describe('documents', () => {
  it('are checked for paths: one that does not exist is found', () => {
    expect(missing('README.md', 'see `src/nowhere.ts` and [this](docs/none.md)')).toEqual([
      'src/nowhere.ts',
      'docs/none.md',
    ]);
  });

  it.each(pages)('%s names only files that exist', (page) => {
    expect(missing(page, read(page))).toEqual([]);
  });

  it.each(pages)('%s names only scripts that package.json has', (page) => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...read(page).matchAll(/\bnpm run ([a-z:-]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('CONTRIBUTING gives a test for every rule, and lists every contract test', () => {
    const text = read('CONTRIBUTING.md');
    const rules = rowsUnder(text, /^Rules/);
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.filter((row) => !/`test\//.test(row[1]!))).toEqual([]);
    const contract = readdirSync(join(root, 'test/contract')).filter((file) => file.endsWith('.test.ts'));
    expect(contract.filter((file) => !text.includes(`test/contract/${file}`))).toEqual([]);
  });

  it('CONTRIBUTING lists the floors of the import test, top floor first', () => {
    const declared = /const floors[^=]*= \[\n([\s\S]*?)\n\];/.exec(read('test/contract/imports.test.ts'))![1]!;
    const floors = declared.split('\n').map((line) => [...line.matchAll(/'([^']+)'/g)].map((match) => match[1]!));
    const rows = rowsUnder(read('CONTRIBUTING.md'), /^Floors/).map((row) =>
      [...row[1]!.matchAll(/`(?:src\/)?([^`]+)`/g)].map((match) => match[1]!),
    );
    expect(rows).toEqual(floors.reverse());
  });
});

describe('decisions', () => {
  const index = rowsUnder(read('docs/decisions/README.md'), /^$/);

  it('are all in the index, with number, title, date and status', () => {
    expect(index.map((row) => row[0])).toEqual(decisions.map((file) => `[${file.slice(0, 4)}](${file})`));
    for (const [, title, date, status] of index) {
      expect(title).not.toBe('');
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(status).toMatch(/^(accepted|superseded by \d{4})$/);
    }
  });

  it.each(decisions)('%s has the title, date and status of the index', (file) => {
    const [head = '', ...rest] = read(`docs/decisions/${file}`).split('\n');
    const [, title, date, status] = index.find((row) => row[0]!.includes(file))!;
    expect(head).toBe(`# ${file.slice(0, 4)} ${title}`);
    const stated = rest
      .slice(0, 3)
      .join(' ')
      .replace(/\[(\d{4})\]\([^)]+\)/g, '$1');
    expect(stated).toContain(`**Status**: ${status}`);
    expect(stated).toContain(`**Date**: ${date}`);
  });
});
