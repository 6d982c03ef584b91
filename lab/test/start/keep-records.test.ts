/** What a summary has named is found again after `lab down`: at the same place below another folder, which it prints. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptText } from '../../src/start/down.js';
import { keepRecords, keptRoot, newestKept } from '../../src/start/keep-records.js';

const fqdn = 'omantel.omani.works';

function stateWith(files: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'kept-'));
  for (const path of files) {
    mkdirSync(join(root, 'state', fqdn, path, '..'), { recursive: true });
    writeFileSync(join(root, 'state', fqdn, path), path);
  }
  return { from: join(root, 'state'), to: join(root, 'kept') };
}

it('evidence, journal and logs of a run have the same path below the folder that keeps them; nothing else is kept', () => {
  const { from, to } = stateWith([
    'evidence/dod-1.html',
    'evidence/dod-1.tar',
    'journal.jsonl',
    'logs/a.log',
    'credentials',
  ]);
  expect(keepRecords(from, to)).toEqual({ from, to, report: join(to, fqdn, 'evidence', 'dod-1.html') });
  for (const path of ['evidence/dod-1.html', 'evidence/dod-1.tar', 'journal.jsonl', 'logs/a.log'])
    expect(readFileSync(join(to, fqdn, path), 'utf8')).toBe(path);
  expect(existsSync(join(to, fqdn, 'credentials'))).toBe(false);
});

it('the newest report is the one that is named', () => {
  const { from, to } = stateWith([
    'evidence/dod-2026-12-01-fail.html',
    'evidence/dod-2026-12-02-pass.html',
    'evidence/rehearsal-2026-12-03.html',
  ]);
  expect(keepRecords(from, to)?.report).toBe(join(to, fqdn, 'evidence', 'dod-2026-12-02-pass.html'));
});

it('a lab in which nothing ran leaves nothing', () => {
  const { from, to } = stateWith(['credentials']);
  expect(keepRecords(from, to)).toBeUndefined();
  expect(existsSync(to)).toBe(false);
});

it('the newest folder of a lab is found by its name alone', () => {
  const { from, to } = stateWith(['journal.jsonl']);
  for (const folder of ['a-2026-12-01T100000', 'a-2026-12-02T100000', 'a-b-2026-12-03T100000']) {
    mkdirSync(join(from, fqdn), { recursive: true });
    writeFileSync(join(from, fqdn, 'journal.jsonl'), '');
    keepRecords(from, join(keptRoot(to), folder));
  }
  expect(newestKept(to, 'a')).toBe(join(keptRoot(to), 'a-2026-12-02T100000'));
  expect(newestKept(to, 'c')).toBeUndefined();
});

it('the command says what has moved where', () => {
  const text = keptText({
    from: '/s/labs/default/state',
    to: '/s/lab-evidence/default-1',
    report: '/s/lab-evidence/default-1/a/dod.html',
  });
  expect(text.join('\n')).toContain('/s/labs/default/state');
  expect(text.join('\n')).toContain('/s/lab-evidence/default-1/a/dod.html');
});
