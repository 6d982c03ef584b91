/**
 * What a verdict costs on a lab that was walked to its own, each line with its limit:
 *   items     all items without a window, against the slowest of them alone
 *   scan      5,000 objects (20 MB) more on the Sovereign, against the same scan without them
 *   probes    share of a core, and memory, while every probe runs at 2 Hz
 *   report    the page of the verdict with 100,000 samples
 *   evidence  `verify evidence` of the verdict's bundle
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measured } from './measured.mjs';
import { toolPath } from './tool-path.mjs';

const load = (path) => import(join(import.meta.dirname, '../dist/src', path));
/** They wait for a window, a certificate, a server, or are answered by those that do. */
const slow = ['D5', 'D10', 'D13', 'D17', 'D20', 'D22', 'D23', 'W2', 'W5', 'W8', 'W10', 'W13'];
const objects = 5000;
const objectBytes = 4000;
const probedSeconds = 30;
/** The exercises of the window have ended by then. */
const settledSeconds = 60;
const samples = 100_000;

/**
 * @param bin program that is measured; a `lab` that stands at its verdict
 * @param env environment, and `cwd` folder, of its commands
 */
export async function measureVerdict({ bin, lab, env, cwd }) {
  const run = (args, follow) => measured([bin, ...args, '--lab', lab], { env, cwd }, follow);
  const json = async (args) => JSON.parse((await run([...args, '--json'])).stdout).result;
  const shown = await json(['evidence', 'show']);
  await items(run, shown);
  await scan(run, (await json(['lab', 'up'])).kubeconfigs.sovereign);
  await probes(run);
  await report(shown.bundle);
  told('verify evidence', (await run(['verify', 'evidence', shown.bundle])).seconds, 's', 'at most', 1);
}

async function items(run, shown) {
  const ids = shown.items.map(({ id }) => id).filter((id) => !slow.includes(id));
  const alone = [];
  for (const id of ids) alone.push({ id, seconds: (await run(['verify', 'dod', '--only', id, '--yes'])).seconds });
  const slowest = alone.sort((a, b) => b.seconds - a.seconds)[0];
  const all = await run(['verify', 'dod', '--only', ids.join(), '--yes']);
  told(`${ids.length} items without a window`, all.seconds, 's', `${slowest.id} alone + 5 s:`, slowest.seconds + 5);
}

async function scan(run, kubeconfig) {
  const before = await run(['verify', 'umbilical']);
  const kubectl = [await toolPath('kubectl'), '--kubeconfig', kubeconfig];
  const namespace = 'catalyst-bench';
  const text = 'plain configuration, line after line; '.repeat(objectBytes / 38);
  const one = (kind, metadata, more) => ({ apiVersion: 'v1', kind, metadata, ...more });
  const maps = Array.from({ length: objects }, (_, n) => one('ConfigMap', { namespace, name: `object-${n}` }, { data: { text } }));
  const list = one('List', {}, { items: [one('Namespace', { name: namespace }), ...maps] });
  execFileSync(kubectl[0], [...kubectl.slice(1), 'create', '--filename', '-'], { input: JSON.stringify(list), stdio: ['pipe', 'ignore', 'inherit'] });
  const after = await run(['verify', 'umbilical']);
  execFileSync(kubectl[0], [...kubectl.slice(1), 'delete', 'namespace', namespace], { stdio: 'ignore' });
  told(`scan of ${objects} objects more`, after.seconds - before.seconds, 's', 'at most', 3);
  told('its memory', after.peakMb, 'MB', 'at most', 256);
}

async function probes(run) {
  let share;
  const { code, peakMb } = await run(
    ['verify', 'dod', '--only', 'D17', '--window', `${settledSeconds + probedSeconds + 10}s`, '--yes', '--verbose'],
    async (child, said) => {
      await said(/catalyst-api is down, the canary is red/);
      await seconds(settledSeconds);
      const from = cpuSeconds(child.pid);
      await seconds(probedSeconds);
      share = ((cpuSeconds(child.pid) - from) / probedSeconds) * 100;
    },
  );
  told(`probes at 2 Hz (exit ${code})`, share ?? Number.NaN, '% of a core', 'at most', 8);
  told('their memory', peakMb, 'MB', 'at most', 150);
}

/** The page is drawn from what the bundle has, its samples repeated until they are as many as of an experiment that takes hours. */
async function report(bundle) {
  const { readBundle } = await load('evidence/bundle.js');
  const { readRaw } = await load('verification/rederive/raw-bundle.js');
  const { renderReport } = await load('verification/rederive/report-data.js');
  const { files } = await readBundle(bundle);
  const raw = readRaw((path) => files.get(path)?.toString());
  const { experiment } = raw.report;
  const length = Math.max(...experiment.samples.map(({ t }) => t)) + 500;
  const many = Array.from({ length: samples }, (_, n) => {
    const sample = experiment.samples[n % experiment.samples.length];
    return { ...sample, t: sample.t + Math.floor(n / experiment.samples.length) * length };
  });
  const from = performance.now();
  const page = await renderReport({ ...raw, report: { ...raw.report, experiment: { ...experiment, samples: many } } }, 'bench');
  told(`report of ${samples} samples`, (performance.now() - from) / 1000, 's', 'at most', 2);
  told('its page', page.length / 1e6, 'MB', 'at most', 2);
}

/** Seconds of processor time that a process has had, in user and in kernel mode; the kernel counts hundredths. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));

function told(what, value, unit, against, limit) {
  const within = value <= limit ? '' : '   ABOVE';
  console.log(`${what.padEnd(28)} ${value.toFixed(2)} ${unit}   ${against} ${limit.toFixed(2)}${within}`);
}
