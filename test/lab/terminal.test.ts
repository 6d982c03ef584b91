/** Story: the program that people start, on a terminal. What tsc compiled is tested elsewhere; here it is the bundle. */
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from './catalyst.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
let catalyst: Catalyst;

beforeAll(async () => {
  catalyst = catalystAtHome('terminal');
  await catalyst.up();
});
afterAll(() => catalyst.close());

test('a phase is run under the live tree and ends with the terminal given back', async () => {
  const pty = spawn(
    process.execPath,
    [bin, 'phase', 'run', '0', '--yes', '--no-input', '--confirm', 'omantel.omani.works', '--lab', catalyst.lab],
    {
      cols: 100,
      rows: 30,
      name: 'xterm-256color',
      cwd: catalyst.home,
      env: { ...process.env, XDG_STATE_HOME: catalyst.home, XDG_CONFIG_HOME: join(catalyst.home, 'config'), CI: '' },
    },
  );
  let shown = '';
  pty.onData((data) => {
    shown += data;
  });
  const code = await new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  expect(code, shown).toBe(0);
  expect(shown).toMatch(/catalyst · omantel\.omani\.works · lab \S+ · run /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors
  const text = shown.replaceAll(/\u001b\[\d*m/g, '');
  expect(text).toMatch(/✔ 0 .*2\/2/);
  // Nothing is drawn, moved or erased after the summary, which names what to type next.
  const summary = text.slice(text.lastIndexOf('· lab '));
  expect(summary).toMatch(/phase 0 Pre-flight[\s\S]*journal[\s\S]*\.log[\s\S]*next[\s\S]* phase run .*1/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor or erases
  expect(summary).not.toMatch(/\u001b\[\d*[ABGJK]/);
  expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001b[?25l'));
});
