import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sentences, userText } from '../../scripts/user-text.mjs';

const root = join(import.meta.dirname, '../..');

/** Words that user-facing text never has (product.md §1), and what may stand around them. */
const forbidden: { word: RegExp; allowed: RegExp }[] = [
  // tenant-* is the mother's own namespace prefix
  { word: /\btenants?\b/i, allowed: /\btenant-/i },
  { word: /\bworkspaces?\b/i, allowed: /npm workspace|lab is a workspace|lab-is-a-workspace/ },
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

/** Phrases of no native engineer, and what to write instead. */
const phrases: { phrase: RegExp; instead: string }[] = [
  { phrase: /\bis told\b/i, instead: 'who reports what' },
  { phrase: /\b(un)?seen refused\b|\bwas seen\b/i, instead: 'who did what' },
  { phrase: /\bby (itself|themselves)\b/i, instead: 'automatically, or nothing' },
  { phrase: /\banew\b/i, instead: 'again, re-' },
  { phrase: /\bof ours\b/i, instead: 'our own' },
  { phrase: /\b(does|do) not hold\b/i, instead: 'verification failed' },
  { phrase: /\bcannot be had\b/i, instead: 'is not available' },
  { phrase: /\bmay not\b/i, instead: 'cannot, lacks permission' },
  { phrase: /\bsaid nothing\b|\bleft no message\b/i, instead: 'no output' },
  { phrase: /\bwho we are\b/i, instead: 'authentication failed' },
  { phrase: /\bfought over\b/i, instead: 'another process is taking it' },
  { phrase: /\bretry cures\b/i, instead: 'retrying will not help' },
  { phrase: /\bmay have been done\b/i, instead: 'may have been applied' },
  { phrase: /\bnot said how\b/i, instead: 'is not configured' },
  { phrase: /\bdid not end clean\b/i, instead: 'is incomplete' },
  { phrase: /\bno terminal to ask on\b/i, instead: 'no terminal to prompt on' },
  { phrase: /\b(played|plays|player)\b/i, instead: 'emulated' },
  { phrase: /\b(stands|stand-ins?)\b/i, instead: 'is, stub' },
  { phrase: /\bsurroundings\b/i, instead: 'external services' },
  { phrase: /\bfreshly\b/i, instead: 'again' },
  {
    phrase:
      /(colour|behaviour|neighbour|catalogue|licence|honour|dialled|labelled|cancelled|(al|at|in|or|im)ise[sd]?\b(?<!promise|otherwise|precise|exercise|compromise|raise|noise|rise))/i,
    instead: 'American spelling',
  },
];

function violations(text: string): string[] {
  return forbidden
    .filter(({ word, allowed }) => word.test(text) && !allowed.test(text))
    .map(({ word }) => `${word.source}: ${text.slice(0, 120)}`);
}

function unclear(text: string): string[] {
  return phrases
    .filter(({ phrase }) => phrase.test(text))
    .map(({ phrase, instead }) => `"${phrase.exec(text)![0]}" (write: ${instead}) in: ${text.slice(0, 120)}`);
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
    expect(sentences("fail('E1', `ask ${who} now`)").map(({ text }) => text)).toEqual(['ask ${who} now']);
    expect(unclear('No retry cures this, said nothing')).toHaveLength(2);
    expect(unclear('every promise of the exercise, otherwise precise')).toEqual([]);
  });

  it('are those of the vocabulary, in every sentence of the code', () => {
    const found = userText();
    expect(found.length).toBeGreaterThan(2000);
    const rooms = /^(commands|src\/(cli|actions|support|sovereign|handover|verification|evidence))\//;
    const wrong = found.flatMap(({ file, line, text }) =>
      [...(rooms.test(file) ? violations(text) : []), ...unclear(text)].map((why) => `${file}:${line}: ${why}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are those of the vocabulary, in the documents', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      ...files('docs').filter((page) => page.endsWith('.md')),
    ];
    const wrong = pages
      .filter((page) => existsSync(join(root, page)))
      .flatMap((page) =>
        readFileSync(join(root, page), 'utf8')
          .split('\n')
          // a page that says which words are not used has to name them
          .filter((line) => !/never/i.test(line))
          .flatMap((line) => [...violations(line), ...unclear(line)])
          .map((why) => `${page}: ${why}`),
      );
    expect(wrong).toEqual([]);
  });
});

it('the words that the spelling check is given are sorted, each once', () => {
  const words = readFileSync(join(root, 'cspell-words.txt'), 'utf8').trim().split('\n');
  expect(words).toEqual([...new Set(words)].sort());
  expect(words.length).toBeGreaterThan(100);
});
