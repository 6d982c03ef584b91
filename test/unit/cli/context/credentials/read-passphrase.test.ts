import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prompter } from '../../../../../src/actions/session/context.js';
import { readNewPassphrase } from '../../../../../src/cli/context/credentials/read-passphrase.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'passphrase-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const terminal = { isTTY: true } as NodeJS.ReadStream;
const { signal } = new AbortController();
const read = (answers: string[], file?: string) => {
  const prompter = { available: answers.length > 0, secret: async () => answers.shift() } as unknown as Prompter;
  return readNewPassphrase({ file, prompter, stdin: terminal, signal });
};

describe('a new passphrase', () => {
  it('is asked for twice', async () => {
    expect(await read(['correct horse', 'correct horse'])).toBe('correct horse');
    await expect(read(['correct horse', 'correct house'])).rejects.toMatchObject({ code: 'E1001', exitCode: 2 });
  });

  it('comes from a file whole, without the end of its line', async () => {
    const file = join(dir, 'new.txt');
    writeFileSync(file, ' correct  horse \n');
    expect(await read([], file)).toBe(' correct  horse ');
    writeFileSync(file, '\uFEFFcorrect horse\r\n\r\n');
    expect(await read([], file)).toBe('correct horse');
  });

  it('of several lines is not used', async () => {
    const file = join(dir, 'new.txt');
    writeFileSync(file, 'correct horse\nbattery staple\n');
    await expect(read([], file)).rejects.toMatchObject({ code: 'E1304' });
  });

  it('without a terminal the flag is named', async () => {
    await expect(read([])).rejects.toMatchObject({
      code: 'E1002',
      data: { flag: '--passphrase-file' },
      actions: expect.arrayContaining(['catalyst credentials rekey --to passphrase --passphrase-file FILE']),
    });
  });
});
