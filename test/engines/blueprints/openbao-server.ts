/** A server of OpenBao, started as its Pod is: the init container's command, then the program with the rendered configuration. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createExec, type StartedProgram, startProgram } from '../../../src/tools/exec/exec.js';
import { until } from '../../until.js';
import { type KubernetesStub, tokenOf } from './kubernetes-stub.js';
import type { Rendered } from './rendered.js';

const exec = createExec(createRedactor());
const account = 'run/secrets/kubernetes.io/serviceaccount';

/**
 * Mounts that only this program sees: what every Pod has in /run, names that the cluster resolves, and its own volumes in the folder that
 * is `/openbao` to all servers, since the path of an audit log is the cluster's. $0: folder of the Pod.
 */
const inPod = `mount --bind "$0/run" /run
mount --bind "$0/hosts" /etc/hosts
mount --bind "$0/openbao" "$0/../openbao"
exec "$@"`;
const pod = (folder: string, ...command: string[]) => ({
  file: '/usr/bin/unshare',
  args: ['--map-root-user', '--mount', '--', 'sh', '-ec', inPod, folder, ...command],
});

interface Values {
  server: {
    extraArgs: string;
    extraInitContainers: { command: string[]; args: string[] }[];
    ha: { replicas: number; raft: { config: string } };
  };
}

export interface Cluster {
  /** Path of `bao`. */
  program: string;
  /** The tree's OpenBao. */
  tree: Rendered;
  folder: string;
  /** First three bytes of the addresses of its servers: on loopback, and nobody else's. */
  net: string;
  kubernetes: KubernetesStub;
}

/** The ConfigMap that says whether this OpenBao was ever initialized. */
export const marker = ({ folder }: Cluster) => ({
  read: (): Record<string, string> => {
    const file = join(folder, 'initialization.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  },
  write: (data: Record<string, string>) => writeFileSync(join(folder, 'initialization.json'), JSON.stringify(data)),
});

export interface BaoServer {
  url: string;
  /** Runs the init container and the server; resolves when it answers, rejects with its log when it ends. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What the init container printed last. */
  prepared(): string;
  /** Throws its volume away. */
  loseVolume(): void;
  log(): string;
  file(path: string): string;
}

/** Server `index` of the StatefulSet; `selfInit` changes what the first boot is told. */
export function baoServer(cluster: Cluster, index: number, selfInit = (text: string) => text): BaoServer {
  const { program, tree, net, kubernetes } = cluster;
  const { server } = tree.values as Values;
  const name = `openbao-${index}`;
  const folder = join(cluster.folder, name);
  const address = `${net}.${index + 1}`;
  const url = `http://${address}:8200`;
  const placed = (text: string) =>
    text
      .replaceAll('/openbao/', `${cluster.folder}/openbao/`)
      .replaceAll('[::]', address)
      .replaceAll('https://kubernetes.default.svc', `https://kubernetes.default.svc:${kubernetes.port}`);
  const write = (path: string, text: string, mode = 0o600) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  const scripts = tree.object('ConfigMap', 'openbao-scripts')['data'] as Record<string, string>;
  const hosts = [0, 1, 2].map((each) => `${net}.${each + 1} openbao-${each}.openbao-internal`);
  const layOut = () => {
    mkdirSync(join(cluster.folder, 'openbao'), { recursive: true });
    for (const each of ['data', 'audit', 'init']) mkdirSync(join(folder, 'openbao', each), { recursive: true });
    for (const [file, text] of Object.entries(scripts)) write(`openbao/scripts/${file}`, text);
    const source = tree.object('ConfigMap', 'openbao-self-init')['data']['self-init.hcl'] as string;
    write('openbao/init-source/self-init.hcl', selfInit(placed(source)));
    write('openbao/config/extraconfig-from-values.hcl', placed(server.ha.raft.config));
    write('openbao/unseal/key', '0123456789abcdef'.repeat(4));
    write(`${account}/token`, tokenOf('openbao', 'openbao'));
    write(`${account}/namespace`, 'openbao');
    write(`${account}/ca.crt`, kubernetes.authority.certificate);
    write('hosts', ['127.0.0.1 localhost', `${net}.9 kubernetes.default.svc`, ...hosts].join('\n'));
    write('bin/kubectl', readFileSync(join(import.meta.dirname, 'kubectl-stub.mjs'), 'utf8'), 0o755);
  };
  const env = {
    PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    ...{ HOME: folder, HOSTNAME: name, CONFIG_MAP: join(cluster.folder, 'initialization.json') },
    ...{ KUBERNETES_SERVICE_HOST: `${net}.9`, KUBERNETES_SERVICE_PORT: `${kubernetes.port}` },
    // as the chart sets them (openbao/openbao-helm, templates/server-statefulset.yaml)
    ...{ BAO_K8S_POD_NAME: name, BAO_K8S_NAMESPACE: 'openbao', BAO_RAFT_NODE_ID: name },
    ...{ BAO_API_ADDR: url, BAO_CLUSTER_ADDR: `https://${name}.openbao-internal:8201` },
  };
  let running: StartedProgram | undefined;
  let said = '';
  const logFile = join(folder, 'log');
  return {
    url,
    async start() {
      layOut();
      // an emptyDir lives as long as its Pod, and each of our starts is a Pod of its own
      rmSync(join(folder, 'openbao/init'), { recursive: true });
      mkdirSync(join(folder, 'openbao/init'));
      const [prepare] = server.extraInitContainers;
      const command = [...(prepare?.command ?? []), ...(prepare?.args ?? [])].map(placed);
      said = (await exec({ ...pod(folder, ...command), environment: env })).stdout;
      const args = ['-config=/openbao/config/extraconfig-from-values.hcl', server.extraArgs].map(placed);
      running = startProgram({ ...pod(folder, program, 'server', ...args), cwd: folder, env, logFile });
      let ended: string | undefined;
      void running.ended.then((how) => {
        ended = how;
      });
      await until(async () => ended !== undefined || (await answers(url)));
      if (ended) throw new Error(`openbao: ${ended}\n${readFileSync(logFile, 'utf8')}`);
    },
    async stop() {
      running?.kill('SIGKILL');
      await running?.ended;
      running = undefined;
    },
    prepared: () => said,
    loseVolume: () => rmSync(join(folder, 'openbao/data'), { recursive: true }),
    log: () => readFileSync(logFile, 'utf8'),
    file: (path) => join(folder, path),
  };
}

/** Unsealed (429 is one that is not the active one), and knows which one is active. */
async function answers(url: string): Promise<boolean> {
  const health = await fetch(`${url}/v1/sys/health`);
  if (![200, 429].includes(health.status)) return false;
  const leader = (await (await fetch(`${url}/v1/sys/leader`)).json()) as { leader_address?: string };
  return Boolean(leader.leader_address);
}
