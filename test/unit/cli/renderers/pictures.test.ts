/** The screens in docs/screens, each as a real terminal of 80×24 shows it. After a change on purpose: `npx vitest run FILE --update`. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterEach, expect, it } from 'vitest';
import { type NewEntry, openJournal } from '../../../../src/engine/journal.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { tickets, unticketed } from '../../../../src/walk/wbs.js';
import { clockAt, identity } from '../../../fakes/rehearsed.js';

const root = join(import.meta.dirname, '../../../..');
const fqdn = 'omantel.omani.works';
let pty: IPty | undefined;
afterEach(() => pty?.kill());

/** A home with the example as its spec. */
function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-pictures-'));
  copyFileSync(join(root, 'examples/omantel.yaml'), join(folder, 'sovereign.yaml'));
  return folder;
}

/** Runs a program of this checkout on a terminal of 80×24: what it has shown once it ends, or shows `until`, from its last frame on. */
async function screenOf(folder: string, [program = '', ...words]: string[], until?: RegExp): Promise<string> {
  const size = { cols: 80, rows: 24 };
  const screen = new xterm.Terminal({ ...size, scrollback: 1000, allowProposedApi: true });
  const { CI: _ci, GITHUB_ACTIONS: _actions, NO_COLOR: _color, ...env } = process.env;
  const own = { HOME: folder, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, TZ: 'UTC' };
  const called = { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'catalyst' };
  pty = spawn(process.execPath, [join(root, program), ...words], {
    ...{ ...size, name: 'xterm-256color', cwd: folder, env: { ...env, ...own, ...called } },
  });
  const lines = () => logicalLines(screen).map((line) => inDocs(line, folder));
  await new Promise<void>((resolve) => {
    const look = () => until?.test(lines().join('\n')) && resolve();
    screen.onTitleChange((title) => {
      if (title === 'half') pty?.write('g');
      if (title.startsWith('ended')) resolve();
    });
    pty!.onData((data) => screen.write(data, look));
    pty!.onExit(() => screen.write('', () => resolve()));
  });
  const shown = lines().join('\n').trimEnd();
  return `${shown.slice(Math.max(0, shown.lastIndexOf('\ncatalyst · ') + 1))}\n`;
}

/** Lines as they were written: one that was longer than the window is one. */
function logicalLines({ buffer: { active } }: InstanceType<typeof xterm.Terminal>): string[] {
  const lines: string[] = [];
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row)!;
    if (line.isWrapped) lines.push(`${lines.pop()}${line.translateToString(true)}`);
    else lines.push(line.translateToString(true).trimEnd());
  }
  return lines;
}

/** What differs from machine to machine: the home, and the names of logs. */
const inDocs = (line: string, folder: string) =>
  line
    .replaceAll(folder, '~/.local/state')
    .replace(/\d{4}-\d\d-\d\dT[\d-]+Z-[0-9a-f]{12}\.log/, '2026-11-23T14-32-10-000Z-7f3c00aa91ab.log')
    .replace(/\S*replay-a-run\.mjs/, 'npx catalyst');

const file = (name: string) => join(root, 'docs/screens', `${name}.txt`);

it.each(['PASS', 'PARTIAL', 'FAIL'])('the summary of a run that ends with %s', async (name) => {
  const screen = await screenOf(home(), ['test/fakes/replay-a-run.mjs', root, name]);
  await expect(screen).toMatchFileSnapshot(file(name.toLowerCase()));
});

it('status in the middle of a walk', async () => {
  const folder = home();
  const state = join(folder, 'catalyst', fqdn);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const journal = openJournal({
    ...{ path: join(state, 'journal.jsonl'), runId: 'walk', by: 'me@here' },
    ...{ clock: clockAt('2026-11-23T14:32:10.000Z'), redactor: createRedactor() },
  });
  const all = [...tickets, ...unticketed];
  const proven = all.filter(({ phase }) => phase <= 2);
  const lines: NewEntry[] = [
    { kind: 'bound', inputs: { fqdn, world: identity } },
    { kind: 'run-started', plan: 'p', inputs: { command: 'wizard', steps: all.map(({ id }) => id) } },
    ...proven.flatMap(({ id }): NewEntry[] => [
      { kind: 'step-started', step: id },
      { kind: 'proof', step: id, evidence: { summary: 'it was seen', facts: {} } },
    ]),
    { kind: 'step-started', step: '#376' },
    { kind: 'step-failed', step: '#376', inputs: { message: 'Pod gitea/gitea-0 is Pending: no node has 2 GiB free' } },
    { kind: 'run-finished', inputs: { ok: false } },
  ];
  for (const line of lines) journal.append(line);
  journal.close();
  const screen = await screenOf(folder, ['bin/run.js', 'status']);
  expect(screen).toContain('#376');
  await expect(screen).toMatchFileSnapshot(file('status'));
});

it('the review of all answers before a run', async () => {
  const token = 'what nobody may read';
  const answers = {
    ...{ name: 'omantel', fqdn, organization: 'Omantel', email: 'ops@omantel.om', 'mother-context': 'contabo' },
    ...{ 'hcloud-token': token, location: 'fsn1', 'control-plane-type': 'cx53', 'control-plane-count': '1' },
    'ssh-public-key': `ssh-ed25519 ${'A'.repeat(68)} ops@omantel.om`,
    ...{ 's3-access-key': token, 's3-secret-key': token, purge: 'apply' },
  };
  const words = ['test/fakes/review-on-a-terminal.mjs', JSON.stringify(answers)];
  const screen = await screenOf(home(), words, /Review: [\s\S]*⏎ select/);
  expect(screen).not.toContain(token);
  await expect(screen).toMatchFileSnapshot(file('review'));
});

it('are all on the page that describes them', () => {
  const page = readFileSync(join(root, 'docs/screens.md'), 'utf8');
  for (const name of ['pass', 'partial', 'fail', 'status', 'review']) expect(page).toContain(`(screens/${name}.txt)`);
});
