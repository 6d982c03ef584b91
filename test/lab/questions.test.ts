/** Story: the questions on a terminal, by somebody who presses Enter, goes back, and leaves in the middle. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from './catalyst.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
let catalyst: Catalyst;
let folder: string;

beforeAll(async () => {
  catalyst = catalystAtHome('questions');
  folder = mkdtempSync(join(tmpdir(), 'questions-'));
  await catalyst.up();
});
afterAll(async () => {
  await catalyst.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What was written, without colors and cursor moves. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
const plain = (text: string) => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');

/** Runs on a terminal; `keys` by what a prompt begins with, `\r` for every other. Each prompt is answered once at a time. */
async function onTerminal(args: string[], keys: [RegExp, string][]) {
  const { CATALYST_NO_INPUT: _, ...env } = process.env;
  const pty = spawn(process.execPath, [bin, ...args], {
    ...{ cols: 120, rows: 36, name: 'xterm-256color', cwd: folder },
    env: {
      ...env,
      HOME: folder,
      XDG_STATE_HOME: catalyst.home,
      XDG_CONFIG_HOME: join(catalyst.home, 'config'),
      CI: '',
    },
  });
  let shown = '';
  let answered = '';
  pty.onData((data) => {
    shown += data;
    const prompt =
      plain(shown)
        .match(/\? (?:\d+ of \d+ · |Review)[^\n\r]*/g)
        ?.at(-1) ?? '';
    const [label = ''] = /^\? (?:\d+ of \d+ · [^[(,]*|Review)/.exec(prompt) ?? [];
    if (label === '' || label === answered) return;
    answered = label;
    const at = keys.findIndex(([pattern]) => pattern.test(label));
    const [[, key] = [/./, '\r']] = at === -1 ? [] : keys.splice(at, 1);
    pty.write(key);
  });
  const code = await new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  return { code, shown: plain(shown) };
}

test('Enter through all of them saves the spec; in a lab the address is not asked for', async () => {
  const { code, shown } = await onTerminal(['init', '--lab', catalyst.lab], []);
  expect(code, shown).toBe(0);
  expect(shown).toMatch(/\? 1 of \d+ · Name of the Sovereign/);
  expect(shown).toMatch(/✔ 2 of \d+ · Address of the Sovereign: omantel\.omani\.works/);
  expect(shown).not.toMatch(/\? \d+ of \d+ · Address/);
  expect(shown).toMatch(/\[esc: back\]/);
  expect(shown).toMatch(/cost {6}.*a month; a lab costs nothing/);
  expect(shown).toMatch(/duration {2}about/);
});

test('left in the middle, it keeps the answers beside the spec, and goes on with them', async () => {
  const left = await onTerminal(
    ['init'],
    [
      [/Name of/, 'sky\r'],
      [/Organization/, '\u0003'],
    ],
  );
  expect(left.code, left.shown).toBe(130);
  expect(left.shown).toMatch(/answers so far are kept in .*sovereign\.yaml\.draft/);
  expect(existsSync(join(folder, 'sovereign.yaml'))).toBe(false);
  expect(readFileSync(join(folder, 'sovereign.yaml.draft'), 'utf8')).toContain('sky');
  const again = await onTerminal(['init'], [[/Name of/, '\u0003']]);
  expect(again.shown).toMatch(/Name of the Sovereign, from the spec.*sky/);
});
