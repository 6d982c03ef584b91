import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Words that user-facing text never has (product.md §1), and what may stand around them. */
const forbidden: { word: RegExp; allowed: RegExp }[] = [
  // tenant-* is the mother's own namespace prefix
  { word: /\btenants?\b/i, allowed: /\btenant-/i },
  { word: /\bworkspaces?\b/i, allowed: /$^/ },
  { word: /\binstances?\b/i, allowed: /instance[A-Z_]|app\.kubernetes\.io\/instance|instances:/ },
  {
    word: /\boperators?\b/i,
    allowed: /kubernetes|cnpg|cloudnative|secrets|operator\.|-operator|trivy|grafana|its operator|controller/i,
  },
  {
    word: /\bclients?\b/i,
    allowed:
      /OIDC|client[_-](id|secret|key|cert|credentials)|--client|client-|_client|clientId|client certificate|sdk/i,
  },
];

/** String literals that have a blank in them: sentences, not keys. */
function sentences(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  return [...code.matchAll(/'([^'\n]*)'|`([^`]*)`/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((literal) => / /.test(literal));
}

function violations(text: string): string[] {
  return forbidden
    .filter(({ word, allowed }) => word.test(text) && !allowed.test(text))
    .map(({ word }) => `${word.source}: ${text.slice(0, 120)}`);
}

function files(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|md)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

describe('words for people', () => {
  it('finds a forbidden word when there is one', () => {
    expect(violations('the tenant was removed')).toHaveLength(1);
    expect(violations('Namespace tenant-acme is protected')).toEqual([]);
    expect(sentences("fail('E1', 'ask the operator')")).toEqual(['ask the operator']);
  });

  it('are those of the vocabulary, in every sentence of the code', () => {
    const rooms = [
      'commands',
      'src/cli',
      'src/actions',
      'src/support',
      'src/sovereign',
      'src/handover',
      'src/verification',
      'src/evidence',
    ];
    const wrong = rooms.flatMap(files).flatMap((file) =>
      sentences(readFileSync(join(root, file), 'utf8'))
        .flatMap(violations)
        .map((why) => `${file}: ${why}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are those of the vocabulary, in the documents', () => {
    const pages = ['README.md', 'CHANGELOG.md', ...files('docs').filter((page) => page.endsWith('.md'))];
    const wrong = pages
      .filter((page) => existsSync(join(root, page)))
      .flatMap((page) =>
        readFileSync(join(root, page), 'utf8')
          .split('\n')
          // a page that says which words are not used has to name them
          .filter((line) => !/never/i.test(line))
          .flatMap(violations)
          .map((why) => `${page}: ${why}`),
      );
    expect(wrong).toEqual([]);
  });
});
