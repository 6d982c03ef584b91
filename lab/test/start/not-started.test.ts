/** What a person reads of a lab that did not start: why, and what to type, with its name. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logFile, notStarted, startLine } from '../../src/start/not-started.js';

function folder(log?: string): string {
  const directory = join(mkdtempSync(join(tmpdir(), 'labs-')), 'second');
  mkdirSync(directory);
  if (log !== undefined) writeFileSync(logFile(directory), log);
  return directory;
}

it('has the reason and no stack of it, nothing of an earlier start, and commands that name the lab', () => {
  const at = new Date('2026-12-01T10:00:00Z');
  const stack = new Error('no space left on device').stack;
  const directory = folder(`${startLine(at)}before: ready\n${startLine(at)}slow machine\n${stack}\n`);
  expect(notStarted(directory, 'it ended with 1')).toMatchObject({
    code: 'E7001',
    message: 'The lab second did not start: it ended with 1.\nslow machine\nError: no space left on device',
    actions: [`read ${logFile(directory)}`, 'catalyst lab down second', 'then: catalyst lab up second'],
  });
});

it('is a sentence where nothing was logged', () => {
  expect(notStarted(folder(), 'no answer within 180s').message).toBe(
    'The lab second did not start: no answer within 180s.',
  );
});
