/** The live tree on a real terminal of each size: a pseudo-terminal for the program, and an emulator that shows what a person sees. */
import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../../fakes/run-on-a-terminal.mjs');
const open: IPty[] = [];

afterEach(() => {
  for (const pty of open.splice(0)) pty.kill();
});

interface Seen {
  /** Lines of the window, without what is blank at their end. */
  window(): string[];
  /** The window and all that has scrolled out of it. */
  everything(): string[];
  /** Sends a letter and waits until the program has done it and the emulator has drawn it. */
  type(letter: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  raw(): string;
  ended: Promise<number>;
}

async function terminal(columns: number, rows: number): Promise<Seen> {
  const screen = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  const pty = spawn(process.execPath, [program], {
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: { ...process.env },
  });
  open.push(pty);
  let raw = '';
  pty.onData((data) => {
    raw += data;
    screen.write(data);
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  const titled = (title: string) =>
    new Promise<void>((resolve) => {
      const listener = screen.onTitleChange((now) => {
        if (now !== title) return;
        listener.dispose();
        resolve();
      });
    });
  const lines = (from: number) =>
    Array.from({ length: screen.buffer.active.length - from }, (_, index) =>
      (screen.buffer.active.getLine(from + index)?.translateToString(true) ?? '').trimEnd(),
    );
  const type = async (letter: string) => {
    const done = titled(`did ${letter}`);
    pty.write(letter);
    await done;
  };
  await titled('ready');
  return {
    window: () => lines(screen.buffer.active.baseY),
    everything: () => lines(0),
    type,
    async resize(cols, newRows) {
      const done = titled(`${cols}x${newRows}`);
      screen.resize(cols, newRows);
      pty.resize(cols, newRows);
      await done;
    },
    raw: () => raw,
    ended,
  };
}

const headers = (lines: string[]) => lines.filter((line) => line.startsWith('catalyst · '));

describe.each([
  [80, 24],
  [120, 36],
  [200, 50],
])('the live tree at %i×%i', (columns, rows) => {
  it('shows each phase once, unfolds the running one with its waits, and is never taller than the window', async () => {
    const { window, everything, type } = await terminal(columns, rows);
    for (const letter of 'sdw') await type(letter);
    expect(headers(everything())).toHaveLength(1);
    expect(window().filter((line) => /^[ ❯✔✖] \d {2}/.test(line))).toHaveLength(9);
    expect(window().join('\n')).toContain('❯ 2  Infrastructure');
    expect(window().join('\n')).toMatch(/✔ 0 .*4\/4/);
    expect(window().join('\n')).toMatch(/⠋|⠙|⠹|⠸|⠼|⠴|⠦|⠧|⠇|⠏/);
    expect(window().join('\n')).toMatch(/bp-2 .*waiting: Deployment bp-2\/web 0\/1/);
    expect(everything().length).toBe(rows);
  });

  it('is intact after an interrupt, a question and a narrower window, and gives the cursor back', async () => {
    const { window, everything, type, resize, raw, ended } = await terminal(columns, rows);
    for (const letter of 'sdwfc') await type(letter);
    expect(everything().filter((line) => line.startsWith('^C'))).toEqual([]);
    expect(everything().filter((line) => line === 'Stopping.')).toHaveLength(1);
    expect(headers(window())).toHaveLength(1);
    expect(window().join('\n')).toMatch(/✖ bp-2 .*bucket is foreign/);

    await resize(columns - 30, rows - 6);
    expect(headers(window())).toHaveLength(1);
    expect(window().filter((line) => /^[ ❯✔✖] \d {2}/.test(line))).toHaveLength(9);
    await resize(columns, rows);
    expect(headers(window())).toHaveLength(1);

    await type('q');
    expect(everything().filter((line) => line === 'Type the name: omantel')).toHaveLength(1);
    await type('x');
    expect(await ended).toBe(0);
    expect(raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw().lastIndexOf('\u001b[?25l'));
  });
});

it('fits a window of 20×5 and names the most urgent wait', async () => {
  const { window, everything, type } = await terminal(20, 5);
  for (const letter of 'sdw') await type(letter);
  expect(everything().length).toBe(5);
  // Of the four that wait, the last one has the nearest deadline.
  expect(window().join('')).toMatch(/4\/30 41s.*bp-29 .*waiting: /);
  await type('f');
  expect(window().join('')).toMatch(/bp-2 .*bucket is foreign/);
});
