/** Whatever a run ends with stays on the screen: every ending, replayed on a real terminal of each size, with a resize in its middle. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterEach, expect, it } from 'vitest';
import { endings } from '../../../fakes/endings.mjs';

const root = join(import.meta.dirname, '../../../..');
const program = join(root, 'test/fakes/replay-a-run.mjs');
const open: IPty[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const pty of open.splice(0)) pty.kill();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  /** The window in the middle of the run. */
  meanwhile: string[];
  window: string[];
  everything: string[];
  raw: string;
  code: number;
}

const names = Object.keys(endings);

/** Every ending in turn on one terminal; `columns` and `rows` 0 are those of one that nobody has told its size. */
async function replayAll(columns: number, rows: number): Promise<{ ended: Map<string, Ended>; logs: string[] }> {
  const home = mkdtempSync(join(tmpdir(), 'catalyst-endings-'));
  folders.push(home);
  const size = { cols: columns || 80, rows: rows || 24 };
  const screen = new xterm.Terminal({ ...size, scrollback: 1000, allowProposedApi: true });
  const command = `stty rows ${rows} cols ${columns}; exec "$0" "$@"`;
  const { CI: _ci, GITHUB_ACTIONS: _actions, NO_COLOR: _color, ...env } = process.env;
  const pty = spawn('sh', ['-c', command, process.execPath, program, root], {
    ...size,
    name: 'xterm-256color',
    cwd: home,
    env: {
      ...{ ...env, HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home },
      CATALYST_SPEC: join(root, 'examples/omantel.yaml'),
    },
  });
  open.push(pty);
  let raw = '';
  const titles: string[] = [];
  let heard = () => {};
  screen.onTitleChange((title) => {
    titles.push(title);
    heard();
  });
  pty.onData((data) => {
    raw += data;
    screen.write(data);
  });
  /** The next title that matches; those before it are forgotten. */
  const title = async (wanted: RegExp): Promise<string> => {
    for (;;) {
      const found = titles.findIndex((one) => wanted.test(one));
      if (found >= 0) return titles.splice(0, found + 1).at(-1)!;
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  const resize = async (cols: number, high: number) => {
    screen.resize(cols, high);
    pty.resize(cols, high);
    await title(new RegExp(`^${cols}x${high}$`));
  };
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, line) =>
      (active.getLine(line)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  const ended = new Map<string, Ended>();
  for (const name of names) {
    await title(/^half$/);
    const meanwhile = lines();
    if (rows > 0) {
      await resize(columns + 7, rows + 2);
      await resize(columns, rows);
    }
    pty.write('g');
    const code = Number((await title(/^ended /)).slice('ended '.length));
    await new Promise<void>((resolve) => screen.write('', resolve));
    const everything = lines();
    ended.set(name, { meanwhile, window: everything.slice(screen.buffer.active.baseY), everything, raw, code });
    raw = '';
    pty.write('g');
  }
  const folder = join(home, 'catalyst/omantel.omani.works/logs');
  return { ended, logs: readdirSync(folder).map((log) => readFileSync(join(folder, log), 'utf8')) };
}

/** What a person must see without scrolling, and the exit status. */
const seen: Readonly<Record<string, { headline: RegExp; code: number }>> = {
  done: { headline: /✔ done .*#376 bp-gitea/, code: 0 },
  PASS: { headline: /✔ PASS .*phases 0 to 8/, code: 0 },
  PARTIAL: { headline: /◐ PARTIAL for omantel/, code: 3 },
  FAIL: { headline: /✖ FAIL for omantel/, code: 3 },
  failed: { headline: /✖ #377 bp-keycloak.*bucket is foreign/, code: 5 },
  interrupted: { headline: /■ Interrupted\./, code: 130 },
  resumed: { headline: /✔ done .*wizard, resumed/, code: 0 },
  'dry-run': { headline: /dry-run .*2 changes, none made/, code: 0 },
  'phase run': { headline: /✔ done .*phase 3 Data \+ State/, code: 0 },
  'verify dod': { headline: /◐ PARTIAL .*all 2 items that were chosen pass/, code: 0 },
  rehearse: { headline: /✔ done .*nothing of it is left/, code: 0 },
};
const joined = (lines: string[]) => lines.join(' ').replaceAll(/\s+/g, ' ');
/** Letters alone: words are broken where a narrow window ends. */
const letters = (lines: string[]) => lines.join('').replaceAll(/\s/g, '');

it.each([
  [80, 24],
  [120, 36],
  [200, 50],
])('at %i×%i the summary of every ending is in the window, below one frame', async (columns, rows) => {
  const { ended, logs } = await replayAll(columns, rows);
  for (const [name, { window, everything, raw, code }] of ended) {
    const expected = seen[name]!;
    expect(code, `${name}: ${raw}`).toBe(expected.code);
    expect(joined(window), name).toMatch(expected.headline);
    if (name === 'dry-run') continue;
    expect(
      everything.filter((line) => line.startsWith('catalyst · ')),
      name,
    ).toHaveLength(1);
    expect(joined(window), name).toMatch(/proven .* took 41s .*journal .* log /);
    expect(joined(window), name).toMatch(code === 0 ? /next +\S/ : /Try: +\S/);
    expect(raw.lastIndexOf('\u001b[?25h'), name).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
    // What is only not complete, and what a person stopped, is amber and no failure.
    if (name === 'PARTIAL') expect(raw).toContain('\u001b[33m◐');
    if (name === 'interrupted') expect(raw).toContain('\u001b[33m■');
    if (name === 'interrupted') expect(everything.join('\n')).not.toMatch(/✖|fail/i);
  }
  const { meanwhile } = ended.get('verify dod')!;
  expect(meanwhile.join('\n')).toMatch(/▸ catalyst-api: \S+ left · is down on the mother, the canary/);
  expect(meanwhile.join('\n')).toMatch(
    /probes +1 of 1 green\n +✔ console\n +items +2 ✔ · 0 ✖ · 0 ◐ of 2\n +✔ D1 {2}✔ D20/,
  );
  expect(logs).toHaveLength(names.length - 1);
  for (const log of logs) expect(log).toMatch(/run 7f3c00aa started[\s\S]*run (done|ended|interrupted)/);
});

it('at 20×5 the outcome of every ending can be read in the last lines', async () => {
  const { ended } = await replayAll(20, 5);
  for (const [name, { window, everything, code }] of ended) {
    const { headline, code: expected } = seen[name]!;
    expect(code, name).toBe(expected);
    for (const part of headline.source.split('.*').map((text) => text.replaceAll(/ |\\s/g, '')))
      expect(letters(everything), name).toMatch(new RegExp(part));
    expect(letters(window), name).toMatch(code === 0 ? /✔|◐|nonemade/ : /exit(3|5|130)/);
  }
});

it('at 0×0 every ending is a log, without a cursor that moves', async () => {
  const { ended } = await replayAll(0, 0);
  for (const [name, { everything, raw, code }] of ended) {
    expect(code, name).toBe(seen[name]!.code);
    expect(joined(everything), name).toMatch(seen[name]!.headline);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a live tree moves the cursor with
    expect(raw, name).not.toMatch(/\u001b\[\d*[ABGJK]/);
  }
});
