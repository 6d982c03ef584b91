/**
 * Traefik of the Sovereign as what it is: the program, run as long as a Pod of its DaemonSet, as the ServiceAccount of that Pod and
 * with the arguments that its chart gave it. It calls Pods by address, which it reaches through the cluster's SOCKS proxy.
 */
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { request as send } from 'undici';
import { withReadTimeout } from '../../components/traefik/read-timeout.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import type { RealParts } from '../../controllers/start.js';
import type { FluxOptions } from '../build/flux-programs.js';
import type { Child } from '../children.js';
import { freePorts } from '../free-ports.js';
import { podProgram, writeKubeconfig } from '../pods/pod-program.js';
import type { RealPart } from '../real-parts.js';

const name = 'traefik';
/** As its chart names them; `traefik` answers the kubelet's probe. */
const entryPoints = ['web', 'websecure', 'traefik', 'metrics'] as const;

export interface RealTraefik extends RealPart {
  /** Loopback ports of what its NodePorts lead to. */
  ingress: NonNullable<RealParts['ingress']>;
}

export async function realTraefik({ plane, engines, directory, network }: FluxOptions): Promise<RealTraefik> {
  const file = engines.program(name);
  const numbers = await freePorts(entryPoints.length);
  const ports = new Map<string, number>(entryPoints.map((entryPoint, index) => [entryPoint, numbers[index]!]));
  const ping = `http://127.0.0.1:${ports.get('traefik')}/ping`;

  async function start(pod: KubeObject, lab: ReconcileContext): Promise<Child> {
    const kubeconfig = join(directory, name, 'kubeconfig');
    await writeKubeconfig(kubeconfig, pod, lab, plane);
    const { socks, caFile } = network();
    return plane.children.start(name, {
      file,
      args: [
        ...withReadTimeout(onLoopback(argumentsOf(pod), ports), 'websecure'),
        '--log.noColor=true',
        ...accessLog(join(directory, name)),
      ],
      env: {
        KUBECONFIG: kubeconfig,
        HTTP_PROXY: socks,
        HTTPS_PROXY: socks,
        NO_PROXY: '127.0.0.1,localhost',
        SSL_CERT_FILE: caFile,
      },
    });
  }

  const { rule, component } = podProgram({
    namespace: name,
    name,
    kind: 'DaemonSet',
    start,
    answers: () => pings(ping),
  });
  return { rule, component, ingress: { http: ports.get('web')!, https: ports.get('websecure')! } };
}

async function pings(url: string): Promise<boolean> {
  const answer = await send(url).catch(() => undefined);
  await answer?.body.dump();
  return answer?.statusCode === 200;
}

const argumentsOf = (pod: KubeObject): string[] =>
  ((pod.spec.containers ?? []) as { args?: string[] }[]).flatMap(({ args = [] }) => args);

/**
 * The same arguments with each entry point on its loopback port instead of every address of a Pod; one without a port is left
 * out, and so is the dashboard, whose pages are in no Go module.
 */
export function onLoopback(given: readonly string[], ports: ReadonlyMap<string, number>): string[] {
  return given.flatMap((argument) => {
    if (/^--api\./i.test(argument)) return [];
    const [, entryPoint = '', protocol = ''] = /^--entrypoints\.(\w+)\.address=.*?(\/\w+)?$/i.exec(argument) ?? [];
    const port = ports.get(entryPoint);
    if (!entryPoint) return [argument];
    return port === undefined ? [] : [`--entryPoints.${entryPoint}.address=127.0.0.1:${port}${protocol}`];
  });
}

/** What it was asked, a JSON line each. */
const accessLog = (folder: string): string[] => [
  ...['--accesslog=true', '--accesslog.format=json', `--accesslog.filepath=${join(folder, 'access.jsonl')}`],
];
