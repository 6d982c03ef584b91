/** Why a lab did not get ready, by what its own process has logged. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from 'catalyst/support/commands/command.js';
import { type CatalystError, fail } from 'catalyst/support/errors/errors.js';

export const logFile = (directory: string) => join(directory, 'lab.log');

/** Of the log, which has earlier starts too. */
export const startLine = (now: Date) => `${now.toISOString()} starts\n`;

const shownLines = 20;

export function notStarted(directory: string, why: string): CatalystError {
  const name = basename(directory);
  const file = logFile(directory);
  const said = existsSync(file) ? saidSinceStart(readFileSync(file, 'utf8')) : [];
  return fail('E7001', `The lab ${name} did not start: ${why}.${said.map((line) => `\n${line}`).join('')}`, {
    actions: [`read ${file}`, command('lab down', name), `then: ${command('lab up', name)}`],
  });
}

/** The last lines of the newest start, without the frames of a stack, which are for the log. Pure. */
export function saidSinceStart(log: string): string[] {
  const lines = log.trimEnd().split('\n');
  const start = lines.findLastIndex((line) => /^\S+Z starts$/.test(line));
  return lines
    .slice(start + 1)
    .filter((line) => line !== '' && !/^\s+at /.test(line))
    .slice(-shownLines);
}
