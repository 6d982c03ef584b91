/**
 * Kyverno's admission controller with what its own chart makes of the rendered values: the chart's objects are in the cluster, and the
 * program has the arguments of its Deployment and the rights of its ServiceAccount. It runs beside the cluster, so the API server calls it
 * by a loopback address instead of its Service.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { parseRendered } from '../../../src/support/yaml/rendered-yaml.js';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { type StartedProgram, startProgram } from '../../../src/tools/exec/exec.js';
import { exec, helm } from '../../unit/blueprints/charts-rig.js';
import { until } from '../../until.js';
import type { Cluster } from './cluster.js';
import { type Profile, rendered } from './rendered.js';

interface Container {
  name: string;
  args: string[];
  env: { name: string; value?: string }[];
}

export interface Kyverno {
  /** Starts it with the arguments of that profile, as the only one that runs, and waits until it answers. */
  start(profile: Profile): Promise<void>;
  /** As a node that dies with it: what it registered stays. */
  kill(): Promise<void>;
  log(): string;
}

/** Puts the chart's objects into the cluster; `program` is what `npm run engines` built. */
export async function prepareKyverno(program: string, cluster: Cluster): Promise<Kyverno> {
  const chart = ownChart(join(dirname(dirname(program)), 'chart'), join(cluster.folder, 'chart'));
  const [port = 0, metrics = 0] = await freePorts(2);
  const url = `https://127.0.0.1:${port}/health/liveness`;
  const logFile = join(cluster.folder, 'kyverno.log');
  let running: StartedProgram | undefined;

  async function kill(): Promise<void> {
    running?.kill('SIGKILL');
    await running?.ended;
    running = undefined;
  }

  return {
    async start(profile) {
      await kill();
      const objects = await chartObjects(chart, profile);
      await cluster.apply(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
      await cluster.apply(objects.filter(({ kind }) => kind !== 'CustomResourceDefinition'));
      const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && isAdmission(metadata.name));
      const { serviceAccountName, containers } = deployment!.spec.template.spec;
      const [{ args, env }] = containers as [Container];
      // the last of two wins: where it listens, and by which way it is called
      const here = [
        `--kubeconfig=${await cluster.as('kyverno', serviceAccountName)}`,
        ...[`--serverIP=127.0.0.1:${port}`, '--webhookServerHost=127.0.0.1', `--webhookServerPort=${port}`],
        ...['--metricsHost=127.0.0.1', `--metricsPort=${metrics}`, '--controllerRuntimeMetricsAddress=0'],
      ];
      const values = env.map(({ name, value }) => [name, value ?? fieldOfPod[name]]);
      running = startProgram({
        ...{ file: program, args: [...args, ...here], cwd: cluster.folder, logFile },
        env: { ...Object.fromEntries(values), HOME: cluster.folder, PATH: '/usr/bin:/bin' },
      });
      let ended: string | undefined;
      void running.ended.then((how) => {
        ended = how;
      });
      const answers = async () => (await exec({ file: 'curl', args: ['-fsk', url] })).stdout !== undefined;
      await until(async () => ended !== undefined || (await answers()));
      if (ended) throw new Error(`kyverno: ${ended}\n${readFileSync(logFile, 'utf8')}`);
    },
    kill,
    log: () => readFileSync(logFile, 'utf8'),
  };
}

const isAdmission = (name: string) => name === 'kyverno-admission-controller';
const fieldOfPod: Record<string, string> = {
  KYVERNO_NAMESPACE: 'kyverno',
  KYVERNO_POD_NAME: 'kyverno-admission-controller-0',
};

/** The chart in a folder of its own, less the dependencies that its module does not have, all of which our values turn off. */
function ownChart(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  const file = join(to, 'Chart.yaml');
  const [{ dependencies, ...rest }] = parseYamlStream(readFileSync(file, 'utf8')) as [
    { dependencies: { name: string; version: string }[] },
  ];
  const here = dependencies.filter(({ name }) => existsSync(join(to, 'charts', name)));
  writeFileSync(file, toYaml({ ...rest, dependencies: here }));
  return to;
}

/** What helm installs of it; its hooks are for upgrades and removals. */
async function chartObjects(chart: string, profile: Profile): Promise<KubeObject[]> {
  const { values } = await rendered('bp-kyverno', profile);
  const args = ['template', 'kyverno', chart, '--namespace', 'kyverno', '--values', '-'];
  const { stdout } = await exec({ file: await helm(), args, stdin: JSON.stringify(values) });
  const objects = parseRendered(stdout) as (KubeObject | null)[];
  return objects.filter((one): one is KubeObject => Boolean(one?.kind) && !one!.metadata.annotations?.['helm.sh/hook']);
}
