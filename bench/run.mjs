/**
 * `npm run bench`: speed as ratios against peers measured in the same run, never asserted in a test.
 *   start-up   catalyst --version and --help against bare `node -e 0` and `helm version`
 *   render     the 24 Blueprints against helm template and kustomize; 1,000 Sovereigns in one process (bench/render.mjs)
 *   purge      200 resources at Hetzner against the hcloud CLI in a loop (bench/purge.mjs)
 *   engines    two real control planes with Flux; how soon a wait notices Ready against kubectl wait (bench/engines.mjs)
 *   helmfile   the releases of the 24 Blueprints on real engines against helmfile sync of the same charts (bench/helmfile.mjs)
 *   before     with `-- --before DIR`, nothing else: this checkout beside another that is built (bench/before.mjs)
 *   walk       wall time of `wizard --lab --yes` against its own critical path (longest chain of step durations), peak RSS
 *   verdict    on that lab: items, scan, probes, report and evidence against their limits (bench/verdict.mjs)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measured } from './measured.mjs';
import { toolPath } from './tool-path.mjs';
import { measureVerdict } from './verdict.mjs';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'bin/run.js');
const home = mkdtempSync(join(tmpdir(), 'catalyst-bench-'));
const env = { ...process.env, XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, CATALYST_NO_INPUT: '1' };

function medianOf(times, file, args) {
  const seconds = Array.from({ length: times }, () => {
    const from = performance.now();
    execFileSync(file, args, { stdio: 'ignore', env });
    return (performance.now() - from) / 1000;
  });
  return seconds.sort((a, b) => a - b)[Math.floor(times / 2)];
}

function report(name, value, against, reference) {
  console.log(`${name.padEnd(28)} ${value.toFixed(3)} s   ${(value / reference).toFixed(2)} × ${against} (${reference.toFixed(3)} s)`);
}

async function startUp() {
  const bare = medianOf(9, process.execPath, ['-e', '0']);
  report('catalyst --version', medianOf(9, process.execPath, [bin, '--version']), 'bare node', bare);
  report('catalyst --help', medianOf(9, process.execPath, [bin, '--help']), 'bare node', bare);
  const helm = medianOf(9, await toolPath('helm'), ['version']);
  report('catalyst --version', medianOf(9, process.execPath, [bin, '--version']), 'helm version', helm);
}

/** Seconds of each step from its start to its proof, and the longest chain through the graph with its phase gates. */
function criticalPath(journal, graph, phases) {
  const started = new Map();
  const took = new Map();
  for (const entry of journal) {
    if (entry.kind === 'step-started') started.set(entry.step, Date.parse(entry.at));
    // A verdict that is not PASS ends its step as failed; its time is part of the chain all the same.
    if (entry.kind === 'proof' || entry.kind === 'step-failed') took.set(entry.step, (Date.parse(entry.at) - started.get(entry.step)) / 1000);
  }
  const ends = new Map();
  const end = (id) => {
    if (ends.has(id)) return ends.get(id);
    const node = graph.nodes.find((candidate) => candidate.id === id);
    const gates = phases.find((phase) => phase.id === node.phase).needs;
    const before = [
      ...graph.edges.filter((edge) => edge.to === id).map((edge) => edge.from),
      ...graph.nodes.filter((other) => gates.includes(other.phase)).map((other) => other.id),
    ];
    const value = Math.max(0, ...before.map(end)) + (took.get(id) ?? 0);
    ends.set(id, value);
    return value;
  };
  return Math.max(...graph.nodes.map((node) => end(node.id)));
}

async function walk() {
  const json = (args) => JSON.parse(execFileSync(process.execPath, [bin, ...args, '--json'], { env, cwd: home }).toString()).result;
  json(['lab', 'up', '--lab', 'bench']);
  try {
    const { code, seconds: wall, peakMb: peak } = await measured([bin, 'wizard', '--lab', 'bench', '--yes'], { env, cwd: home });
    const path = criticalPath(json(['journal', 'show', '--lab', 'bench']), json(['graph', '--lab', 'bench']), json(['phase', 'list', '--lab', 'bench']));
    report(`walk (exit ${code})`, wall, 'critical path', path);
    console.log(`peak RSS of the walk         ${peak.toFixed(0)} MB`);
    await measureVerdict({ bin, lab: 'bench', env, cwd: home });
  } finally {
    execFileSync(process.execPath, [bin, 'lab', 'down', '--lab', 'bench'], { env, cwd: home, stdio: 'ignore' });
  }
}

const { before } = parseArgs({ options: { before: { type: 'string' } } }).values;
try {
  if (before !== undefined) (await import('./before.mjs')).compare([resolve(before), root]);
  else {
    await startUp();
    await import('./render.mjs');
    await import('./purge.mjs');
    await import('./engines.mjs');
    await import('./helmfile.mjs');
    await walk();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
