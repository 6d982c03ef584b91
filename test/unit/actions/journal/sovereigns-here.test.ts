/** Several Sovereigns on one machine: a line each, also for one whose journal is damaged. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sovereignsHere } from '../../../../src/actions/journal/sovereigns-here.js';
import { statusAsMarkdown, statusOf } from '../../../../src/actions/status.js';
import { layOut } from '../../../../src/cli/text/page.js';
import { plain } from '../../../../src/cli/text/paint.js';
import { statusPage } from '../../../../src/cli/text/status.js';
import { journalPath } from '../../../../src/sovereign/state/lock.js';

const now = new Date('2026-12-01T10:00:00Z');
const look = { columns: 100, paint: plain, clean: (text: string) => text };

function rootWith(...names: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'sovereigns-'));
  for (const name of ['labs', ...names]) mkdirSync(join(root, name));
  return root;
}

it('lists every Sovereign with state here, whatever is wrong with one of them', () => {
  const root = rootWith('omantel.omani.works', 'bank.example.org');
  writeFileSync(journalPath(join(root, 'omantel.omani.works')), 'this is no journal\nnor is this\n');
  const sovereigns = sovereignsHere(root, now);
  expect(sovereigns.map(({ fqdn, problem }) => [fqdn, problem !== undefined])).toEqual([
    ['bank.example.org', false],
    ['omantel.omani.works', true],
  ]);
  const result = { ...statusOf(undefined), sovereigns };
  const text = layOut(statusPage(result), look);
  expect(text).toMatch(/^SOVEREIGN +STATE +VERDICT +LAST RUN\nbank\.example\.org +0 of \d+ proven/);
  expect(text).toMatch(/omantel\.omani\.works +✖ /);
  expect(text).toMatch(/next {2}catalyst status --sovereign bank\.example\.org$/);
  expect(statusAsMarkdown(result)).toMatch(/\n\| bank\.example\.org \| 0 of \d+ proven \| {2}\|/);
});

it('says what to type where there is none', () => {
  const sovereigns = sovereignsHere(join(rootWith(), 'nothing'), now);
  expect(sovereigns).toEqual([]);
  const text = layOut(statusPage({ ...statusOf(undefined), sovereigns }), look);
  expect(text).toMatch(/^No Sovereign has state on this machine\.\nnext {2}catalyst wizard/);
});
