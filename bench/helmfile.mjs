/**
 * Real engines, when they and helmfile are built (npm run engines; npm run engines -- helmfile): the releases of the 24
 * Blueprints, by the walk's own install steps and real Flux against `helmfile sync` with the same charts, values, timeouts
 * and needs, both waiting until all is ready. One after the other, each on a fresh control plane with one emulated node, where
 * Pods are Ready once they are scheduled. Left out on both sides: what the steps and the tree do beside releases (Secrets,
 * PostgreSQL clusters, glue, proofs). helmfile apply would first compare, with a plugin that is no Go module; sync is the
 * rest of it. Alone: node bench/helmfile.mjs
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterWithFlux, freshCluster, playedNode } from './real-cluster.mjs';
import { toolPath } from './tool-path.mjs';

const root = join(import.meta.dirname, '..');
const load = (path) => import(join(root, 'dist/src', path));
const { loadBlueprints } = await load('blueprints/catalog/load.js');
const { releasesOf } = await load('blueprints/catalog/releases.js');
const { renderTree } = await load('blueprints/render/render.js');
const { stubCharts } = await load('../lab/src/stub-charts/stub.js');
const { variablesOf } = await load('blueprints/render/variables.js');
const { crd } = await load('../lab/src/controllers/crd.js');
const { findEngines } = await load('../lab/src/engines/build/cache.js');
const { startRealRegistry } = await load('../lab/src/engines/programs/real-registry.js');
const { upstreamCrds } = await load('../lab/src/engines/build/upstream-crds.js');
const { createFaults } = await load('../lab/src/requests/faults.js');
const { createRequestLog } = await load('../lab/src/requests/request-log.js');
const { objectsOf } = await load('walk/install/apply-folder.js');
const { createInstallStep } = await load('walk/steps/install-blueprint.js');
const { loadSpec } = await load('sovereign/spec/load-spec.js');
const { systemClock: clock } = await load('support/clock.js');
const { createRedactor } = await load('support/redact/redact.js');
const { parseDuration } = await load('support/durations.js');
const { toYaml } = await load('support/yaml/write-yaml.js');
const { createExec, startProgram } = await load('tools/exec/exec.js');
const { createKube } = await load('kubernetes/client/kube-client.js');

const dir = mkdtempSync(join(tmpdir(), 'catalyst-bench-helmfile-'));
const seconds = (from) => (performance.now() - from) / 1000;
/** Either side is given up after this long; a minute is usual. */
const sideMs = 5 * 60_000;

/** Blueprints that must stand before each, as the tree's own Kustomizations say; both sides take them from here. */
function needsOf(tree, blueprints) {
  const kustomizations = objectsOf(tree.folder('flux-system'));
  const plain = (name) => (blueprints.some((one) => one.name === name) ? name : name.replace(/-config$/, ''));
  const direct = new Map(blueprints.map(({ name }) => [name, new Set()]));
  for (const { metadata, spec } of kustomizations)
    for (const { name } of spec.dependsOn ?? []) {
      const [one, other] = [plain(metadata.name), plain(name)];
      if (one !== other) direct.get(one)?.add(other);
    }
  return direct;
}

/** What Crossplane's and Cilium's programs define once they run: there beforehand, since no program runs. */
const runtimeKinds = (blueprints, crds) => [
  ...blueprints
    .filter((blueprint) => blueprint.crdsAtRuntime)
    .flatMap(({ crdShapes }) => crdShapes)
    .map(({ name, versions, kind, scope }) => {
      const [plural, ...group] = name.split('.');
      return crds.object(name) ?? crd(group.join('.'), versions, kind, scope, { plural });
    }),
  // of the provider that the claims' chart configures
  crd('opentofu.upbound.io', 'v1beta1', 'ProviderConfig', 'Cluster'),
];

/** What Flux needs for the releases themselves; helm makes their namespaces on the other side. */
const releaseKinds = ['Namespace', 'HelmRepository', 'HelmRelease', 'ClusterRoleBinding'];
const ofReleases = (folder) => ({
  ...folder,
  files: folder.files.map((file) => ({ ...file, objects: file.objects.filter(({ kind }) => releaseKinds.includes(kind)) })),
});

async function ours({ engines, blueprints, sovereign, crds }) {
  const cluster = await clusterWithFlux(join(dir, 'ours'), engines);
  try {
    await prepared(cluster, blueprints, crds);
    const signal = AbortSignal.timeout(sideMs);
    const whole = renderTree(sovereign, blueprints);
    const needs = needsOf(whole, blueprints);
    const names = new Set(blueprints.map(({ name }) => name));
    const tree = { ...whole, folder: (name) => (names.has(name) ? ofReleases(whole.folder(name)) : undefined) };
    const kubectl = await toolPath('kubectl');
    const kube = createKube({ kubeconfig: cluster.file, kubectl: async () => kubectl, exec: createExec(createRedactor()), clock, signal });
    const world = { sovereign, clock, signal, blueprints, tree: async () => tree, kube: async () => kube };
    const act = (_mutation, work) => work(signal);
    const pending = new Map();
    const secrets = { objects: async () => [], applied: async () => true };
    const proof = () => ({ plan: () => [], take: async () => ({ summary: '', facts: {} }) });
    const from = performance.now();
    const running = new Map();
    const install = (name) => {
      if (!running.has(name)) running.set(name, after(name));
      return running.get(name);
    };
    const after = async (name) => {
      await Promise.all([...needs.get(name)].map(install));
      const found = blueprints.find((one) => one.name === name);
      const blueprint = found.crdsAtRuntime ? { ...found, crds: [] } : found;
      const progress = { waiting: (text) => void pending.set(name, text), output() {} };
      const context = { act, undo: { act, signal }, progress, signal };
      await createInstallStep(world, { blueprint, proof, secrets, phase: 2, title: name, needs: [] }).run(context);
      pending.delete(name);
    };
    await Promise.all(blueprints.map(({ name }) => install(name))).catch((error) => {
      throw new Error(`ours: ${error.message}; waits for ${[...pending.values()].join('; ')}`, { cause: error });
    });
    return { took: seconds(from), deployed: await deployed(cluster) };
  } finally {
    await cluster.close();
  }
}

async function theirs({ engines, blueprints, sovereign, crds, registry }) {
  const cluster = await freshCluster(join(dir, 'theirs'), engines);
  try {
    await prepared(cluster, blueprints, crds);
    const home = join(dir, 'theirs', 'helm');
    mkdirSync(home, { recursive: true });
    const whole = renderTree(sovereign, blueprints);
    const needs = needsOf(whole, blueprints);
    const variables = variablesOf(sovereign);
    const parts = new Map(blueprints.map((blueprint) => [blueprint.name, releasesOf(blueprint, sovereign, variables)]));
    const idOf = ({ namespace, releaseName }) => `${namespace}/${releaseName}`;
    // one without a release of its own stands for what it needs
    const before = (name) => [...needs.get(name)].flatMap((need) => (parts.get(need).length > 0 ? parts.get(need).map(idOf) : before(need)));
    const all = [...parts.values()].flat();
    const releases = [...parts].flatMap(([name, list]) =>
      list.map((release) => {
        const own = objectsOf(whole.folder(name)).find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === release.name);
        const within = (own.spec.dependsOn ?? []).map((need) => idOf(all.find((one) => one.name === need.name)));
        const values = join(home, `${release.name}.yaml`);
        writeFileSync(values, toYaml(release.values));
        return {
          name: release.releaseName,
          namespace: release.namespace,
          chart: `charts/${release.chart.name}`,
          version: release.chart.version,
          values: [values],
          wait: true,
          timeout: Math.ceil(parseDuration(release.timeout) / 1000),
          needs: [...new Set([...before(name), ...within])],
        };
      }),
    );
    const file = join(home, 'helmfile.yaml');
    const repositories = [{ name: 'charts', url: `127.0.0.1:${registry.port}/charts`, oci: true, plainHttp: true }];
    writeFileSync(file, toYaml({ repositories, releases }));
    const env = { ...process.env, KUBECONFIG: cluster.file, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
    const args = ['--file', file, '--helm-binary', await toolPath('helm'), 'sync', '--concurrency', '0'];
    const from = performance.now();
    await toTheEnd({ file: engines.program('helmfile'), args, env, cwd: home, logFile: join(home, 'helmfile.log') });
    return { took: seconds(from), deployed: await deployed(cluster) };
  } finally {
    await cluster.close();
  }
}

/** Runs it with the priority that Flux's programs have; at the deadline it is ended, and its last words are the error. */
async function toTheEnd(what) {
  const program = startProgram({ ...what, niceness: 10 });
  const late = setTimeout(() => program.kill('SIGTERM'), sideMs);
  const how = await program.ended;
  clearTimeout(late);
  if (how !== 'exit 0') throw new Error(`helmfile ended with ${how}: ${readFileSync(what.logFile, 'utf8').slice(-2000)}`);
}

async function prepared({ kube, stop }, blueprints, crds) {
  await playedNode(kube, stop.signal);
  for (const kind of runtimeKinds(blueprints, crds)) await kube.apply(kind);
}

/** Names of the releases that Helm's own records call deployed. */
async function deployed({ kube }) {
  const records = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector: 'owner=helm,status=deployed' });
  return records.map(({ metadata }) => `${metadata.namespace}/${metadata.labels.name}`).sort();
}

async function bench() {
  let engines;
  try {
    engines = findEngines(process.env);
    if (!engines.has('helmfile')) throw new Error('helmfile has not been built (npm run engines -- helmfile)');
  } catch (error) {
    console.log(`releases, 24 Blueprints      not measured: ${error.message}`);
    return;
  }
  const crds = upstreamCrds(engines);
  const blueprints = await loadBlueprints(join(root, 'templates/blueprints'));
  const charts = await stubCharts(blueprints, crds.yaml);
  const tools = { log: createRequestLog({ clock }), faults: createFaults({ clock }), clock, say: () => {} };
  const registry = await startRealRegistry({ ...tools, directory: join(dir, 'registry'), engines, charts, folder: 'charts' });
  try {
    const { sovereign: spec } = loadSpec(join(root, 'examples/omantel.yaml'));
    const mirror = `oci://127.0.0.1:${registry.port}/charts`;
    const sovereign = { ...spec, spec: { ...spec.spec, charts: { ...spec.spec.charts, mirror, insecure: true } } };
    const rig = { engines, blueprints, sovereign, crds, registry };
    const peer = await theirs(rig);
    const mine = await ours(rig);
    if (mine.deployed.join() !== peer.deployed.join()) throw new Error(`not the same: ${mine.deployed} against ${peer.deployed}`);
    console.log(
      `${`${mine.deployed.length} releases, 24 Blueprints`.padEnd(28)} ${mine.took.toFixed(1)} s   ${(mine.took / peer.took).toFixed(2)} × helmfile sync with needs (${peer.took.toFixed(1)} s); same charts, values and needs, on real engines`,
    );
  } catch (error) {
    console.log(`releases, 24 Blueprints      failed: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await registry.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

await bench();
