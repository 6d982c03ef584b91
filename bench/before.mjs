/**
 * `npm run bench -- --before DIR`: this checkout beside another one of catalyst that is built, in turns on the same machine. Start-up, the
 * memory of short commands, what is loaded from disk, and a walk to phase 6 in each one's own lab.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const starts = 11;
const walks = 2;
const commands = [['--version'], ['--help'], ['status'], ['explain', '374'], ['blueprint', 'list']];

/** @param dirs the other checkout, then this one */
export function compare(dirs) {
  const home = mkdtempSync(join(tmpdir(), 'catalyst-before-'));
  const peaks = join(home, 'peak');
  const probe = join(home, 'probe.cjs');
  writeFileSync(probe, `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));`);
  const env = { ...process.env, XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, CATALYST_NO_INPUT: '1' };
  const binOf = (dir) => join(dir, 'bin/run.js');
  const start = (dir, args, more = {}) => {
    const from = performance.now();
    spawnSync(process.execPath, [binOf(dir), ...args], { stdio: 'ignore', cwd: home, env: { ...env, ...more } });
    return performance.now() - from;
  };
  const memory = (dir, args) => {
    start(dir, args, { NODE_OPTIONS: `--require ${probe}`, PEAK: peaks });
    return Number(readFileSync(peaks, 'utf8')) / 1024;
  };
  try {
    for (const args of commands) {
      for (const dir of dirs) start(dir, args);
      told(`start-up: ${args.join(' ')}`, 'ms', inTurns(dirs, starts, (dir) => start(dir, args)));
      told(`memory: ${args.join(' ')}`, 'MB', inTurns(dirs, 3, (dir) => memory(dir, args)));
    }
    told('compiled product', 'MB', dirs.map((dir) => bytesIn(join(dir, 'dist/run')) / 1e6));
    told('walk to phase 6', 's', inTurns(dirs, walks, (dir) => walkIn(dir, env, home)));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Medians of what `measure` says of each, taken in turns, so that what disturbs one disturbs the other. */
function inTurns(dirs, times, measure) {
  const seen = dirs.map(() => []);
  for (let turn = 0; turn < times; turn++) for (const [index, dir] of dirs.entries()) seen[index].push(measure(dir));
  return seen.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]);
}

function walkIn(dir, env, cwd) {
  const run = (args) => execFileSync(process.execPath, [join(dir, 'bin/run.js'), ...args, '--lab', 'before'], { env, cwd, stdio: 'ignore' });
  run(['lab', 'up']);
  try {
    const from = performance.now();
    run(['wizard', '--yes', '--until', '6']);
    return (performance.now() - from) / 1000;
  } finally {
    run(['lab', 'down', '--yes']);
  }
}

const bytesIn = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, { parentPath, name }) => total + statSync(join(parentPath, name)).size, 0);

function told(what, unit, [before, now]) {
  console.log(`${what.padEnd(28)} ${now.toFixed(1)} ${unit}   ${(now / before).toFixed(2)} × before (${before.toFixed(1)} ${unit})`);
}
