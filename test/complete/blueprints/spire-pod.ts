/** SPIRE's programs, each started as its Pod is: the arguments and files of its chart, at the Pod's own paths, with the token of its ServiceAccount. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { type StartedProgram, startProgram } from '../../../src/tools/exec/exec.js';
import type { Cluster } from '../../engines/blueprints/cluster.js';
import { kubectlText } from '../../engines/rig.js';
import { until } from '../../until.js';

/** Mounts that only this program sees. $0: folder of the Pod; /tmp comes last, for the folder is in it. */
const inPod = `mount --bind "$0/run" /run
mount --bind "$0/var/lib" /var/lib
mount --bind "$0/tmp" /tmp
exec "$@"`;
const own = ['run', 'var/lib', 'tmp'];
const credentials = '/run/secrets/kubernetes.io/serviceaccount';

export interface SpirePod {
  /** Runs it; resolves once it is ready. Throws, with what it said, when it ends before that. */
  start(): Promise<void>;
  /** Runs it and does not wait. */
  begin(): Promise<void>;
  kill(): Promise<void>;
  /** Where a path of the Pod is outside. */
  at(path: string): string;
  log(): string;
}

export function spirePod(options: {
  cluster: Cluster;
  name: string;
  /** File and arguments. */
  command: [string, ...string[]];
  /** In `spire-system`. */
  token: () => Promise<string>;
  /** Path in the Pod → text, asked for at each start. */
  files: () => Promise<Record<string, string>>;
  /** Paths that have to be there: volumes. */
  volumes: readonly string[];
  /** Port of its health checks. */
  health: number;
}): SpirePod {
  const { cluster, name, command, token, files, volumes, health } = options;
  const folder = join(cluster.folder, name);
  const at = (path: string) => join(folder, path);
  const logFile = join(folder, 'log');
  const { server, authority } = apiServerOf(cluster);
  let running: StartedProgram | undefined;
  let ended: string | undefined;

  async function begin(): Promise<void> {
    const all = { ...(await files()), [`${credentials}/token`]: await token(), [`${credentials}/ca.crt`]: authority };
    for (const path of [...own, ...volumes]) mkdirSync(at(path), { recursive: true });
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text, { mode: 0o600 });
    }
    const env = { KUBERNETES_SERVICE_HOST: server.hostname, KUBERNETES_SERVICE_PORT: server.port };
    ended = undefined;
    running = startProgram({
      file: '/usr/bin/unshare',
      args: ['--map-root-user', '--mount', '--', 'sh', '-ec', inPod, folder, ...command],
      env: { ...env, HOME: folder, PATH: '/usr/bin:/bin' },
      cwd: folder,
      logFile,
    });
    void running.ended.then((how) => {
      ended = how;
    });
  }

  const log = () => readFileSync(logFile, 'utf8');
  return {
    begin,
    async start() {
      await begin();
      await until(async () => ended !== undefined || (await fetch(`http://127.0.0.1:${health}/ready`)).ok);
      if (ended) throw new Error(`${name}: ${ended}\n${log()}`);
    },
    async kill() {
      running?.kill('SIGKILL');
      await running?.ended;
      running = undefined;
    },
    at,
    log,
  };
}

function apiServerOf({ kubeconfig }: Cluster): { server: URL; authority: string } {
  const [config] = parseYamlStream(readFileSync(kubeconfig, 'utf8')) as [
    { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }] },
  ];
  const [{ cluster }] = config.clusters;
  const authority = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  return { server: new URL(cluster.server), authority };
}

/** A token as a kubelet asks for it: of that ServiceAccount; bound to a Pod and for an audience of its own, where they are told. */
export async function tokenOf(
  cluster: Cluster,
  {
    namespace,
    account,
    bound,
  }: { namespace: string; account: string; bound?: { pod: string; uid: string; audience: string } },
): Promise<string> {
  const to = bound
    ? [...['--bound-object-kind', 'Pod', '--bound-object-name', bound.pod], '--bound-object-uid', bound.uid]
    : [];
  const audience = bound ? ['--audience', bound.audience] : [];
  const text = await kubectlText(cluster.kubeconfig, ['create', 'token', account, '-n', namespace, ...to, ...audience]);
  return text.trim();
}
