/**
 * The 24 Blueprints from a spec to YAML on stdout, process start included, against helm and kustomize on the same content in
 * the same run, which write there too: `helm template` of the packaged wrapper charts, and `kubectl kustomize` of the very
 * tree. Then 1,000 Sovereigns in one process: time and memory by hundreds.
 * CATALYST_BENCH_CHARTS=DIR holds the real upstream charts, unpacked by name; without it the wrapper charts carry what stands
 * in for them, which is far less for helm to do.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const root = join(import.meta.dirname, '..');
const load = (path) => import(join(root, 'dist/src', path));
const { toolPath } = await import('./tool-path.mjs');
const { loadBlueprints } = await load('blueprints/catalog/load.js');
const { renderTree } = await load('blueprints/render/render.js');
const { wrapBlueprint } = await load('blueprints/render/wrapper.js');
const { stubCharts } = await load('../lab/src/stub-charts/stub.js');
const { sovereignSchema } = await load('sovereign/spec/schema.js');
const { parseYamlStream } = await load('support/yaml/read-yaml.js');

const spec = join(root, 'examples/omantel.yaml');
const dir = mkdtempSync(join(tmpdir(), 'catalyst-bench-render-'));
const real = process.env.CATALYST_BENCH_CHARTS;
const blueprints = await loadBlueprints(join(root, 'templates/blueprints'));
const sovereign = sovereignSchema.parse(parseYamlStream(readFileSync(spec, 'utf8'))[0]);

function seconds(work) {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
}
/** One round of each in turn, so that a busy machine is busy for all of them; the median of each. */
function medians(rounds, works) {
  const taken = works.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [at, work] of works.entries()) taken[at].push(seconds(work));
  return taken.map((times) => times.sort((a, b) => a - b)[Math.floor(rounds / 2)]);
}
const run = (file, args) => execFileSync(file, args, { stdio: ['ignore', 'ignore', 'ignore'], maxBuffer: 1 << 28 });

/** Wrapper charts as `blueprint package` writes them; their dependencies are packed by helm itself when they are real. */
async function packages(helm) {
  const out = join(dir, 'charts');
  mkdirSync(out);
  const stubs = await stubCharts(blueprints);
  const archive = async (name, version) => {
    if (real && readdirSync(real).includes(name)) {
      run(helm, ['package', join(real, name), '--version', version.replace(/^v/, ''), '--destination', dir]);
      return readFileSync(join(dir, `${name}-${version.replace(/^v/, '')}.tgz`));
    }
    return stubs.find((one) => one.name === name && one.version === version)?.tgz;
  };
  for (const blueprint of blueprints) {
    const made = await wrapBlueprint(blueprint, sovereign, archive);
    writeFileSync(join(out, made.file), made.bytes);
  }
  return readdirSync(out).map((file) => join(out, file));
}

/** One root for one kustomize process: the same objects, but each Namespace once, for kustomize takes a second for a mistake. */
function oneRoot(tree) {
  const seen = new Set();
  const whole = join(dir, 'whole');
  mkdirSync(whole);
  const resources = readdirSync(tree, { recursive: true })
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file, at) => {
      const kept = parseYamlStream(readFileSync(join(tree, file), 'utf8')).filter(({ kind, metadata }) => {
        const key = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
        return kind !== 'Namespace' || (!seen.has(key) && seen.add(key));
      });
      if (kept.length === 0) return [];
      writeFileSync(join(whole, `${at}.yaml`), kept.map((one) => JSON.stringify(one)).join('\n---\n'));
      return [`${at}.yaml`];
    });
  writeFileSync(join(whole, 'kustomization.yaml'), JSON.stringify({ resources }));
  return whole;
}

function report(name, value, against, reference) {
  console.log(`${name.padEnd(28)} ${value.toFixed(3)} s   ${(reference / value).toFixed(2)} × as fast as ${against} (${reference.toFixed(3)} s)`);
}

function thousand() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const rows = [];
  let from = performance.now();
  for (let count = 1; count <= 1000; count++) {
    const name = `s${count}`;
    renderTree({ ...sovereign, metadata: { name }, spec: { ...sovereign.spec, fqdn: `${name}.omani.works` } }, blueprints);
    if (count % 100) continue;
    const took = (performance.now() - from) / 1000;
    collect();
    rows.push({ took, heap: process.memoryUsage().heapUsed / 1024 / 1024 });
    from = performance.now();
  }
  const [first, last] = [rows[1], rows.at(-1)];
  console.log(`1,000 Sovereigns, one process ${rows.reduce((sum, row) => sum + row.took, 0).toFixed(1)} s   hundreds: ${rows.map((row) => row.took.toFixed(2)).join(' ')} s`);
  console.log(`  last hundred / second       ${(last.took / first.took).toFixed(2)}; heap after it ${last.heap.toFixed(0)} MB, after the second ${first.heap.toFixed(0)} MB`);
}

try {
  const [helm, kubectl] = await Promise.all([toolPath('helm'), toolPath('kubectl')]);
  const tree = join(dir, 'tree');
  const render = (...more) => run(process.execPath, [join(root, 'bin/run.js'), 'blueprint', 'render', '--spec', spec, ...more]);
  render('--out', tree);
  const charts = await packages(helm);
  const whole = oneRoot(tree);
  const kube = ['--kube-version', '1.35.0'];
  const [ours, theirs, kustomize] = medians(5, [
    () => render(),
    () => charts.forEach((chart) => run(helm, ['template', 'bench', chart, '--namespace', 'bench', ...kube])),
    () => run(kubectl, ['kustomize', whole]),
  ]);
  const what = real ? 'helm template, real charts' : 'helm template, stubs';
  report('blueprint render', ours, what, theirs);
  report('blueprint render', ours, 'kubectl kustomize', kustomize);
  thousand();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
