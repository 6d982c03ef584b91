/**
 * Traefik of the Sovereign as what it is: the program, run as long as a Pod of its Deployment, as the ServiceAccount of that Pod and
 * with the arguments that its chart gave it. It calls Pods by address, which it reaches through the cluster's SOCKS door.
 */
import { join } from 'node:path';
import { request as send } from 'undici';
import type { KubeObject } from '../../tools/kube.js';
import type { Lab } from '../controllers/engine.js';
import type { RealParts } from '../controllers/start.js';
import { type Child, freePorts } from './children.js';
import { answering } from './door.js';
import type { FluxOptions } from './flux-programs.js';
import { podProgram, writeKubeconfig } from './pod-program.js';
import type { RealPart } from './real-parts.js';

const name = 'traefik';
/** As its chart names them; `traefik` answers the kubelet's probe. */
const entryPoints = ['web', 'websecure', 'traefik', 'metrics'] as const;

/** How often it is asked whether it still answers. */
const probeMs = 1000;

export interface RealTraefik extends RealPart {
  /** Loopback ports of what its NodePorts lead to. */
  ingress: NonNullable<RealParts['ingress']>;
}

export async function realTraefik({ plane, engines, directory, network }: FluxOptions): Promise<RealTraefik> {
  const file = engines.program(name);
  const numbers = await freePorts(entryPoints.length);
  const ports = new Map<string, number>(entryPoints.map((entryPoint, index) => [entryPoint, numbers[index]!]));
  const ping = `http://127.0.0.1:${ports.get('traefik')}/ping`;
  let up = false;

  async function begin(pod: KubeObject, lab: Lab): Promise<Child> {
    const kubeconfig = join(directory, name, 'kubeconfig');
    await writeKubeconfig(kubeconfig, pod, lab, plane);
    const { socks, caFile } = network();
    const child = plane.children.start(name, {
      file,
      args: [...onLoopback(argumentsOf(pod), ports), '--log.noColor=true', ...accessLog(join(directory, name))],
      env: {
        KUBECONFIG: kubeconfig,
        HTTP_PROXY: socks,
        HTTPS_PROXY: socks,
        NO_PROXY: '127.0.0.1,localhost',
        SSL_CERT_FILE: caFile,
      },
    });
    try {
      await answering(ping, [200], lab.clock);
    } catch (error) {
      // the next look begins anew
      await child.stop();
      throw error;
    }
    up = true;
    const stopped = new AbortController();
    void probe(lab, AbortSignal.any([stopped.signal, lab.signal])).catch(() => undefined);
    return {
      pid: child.pid,
      async stop() {
        stopped.abort(new Error('stopped'));
        up = false;
        await child.stop();
      },
    };
  }

  /** Pods are Ready as long as it answers. */
  async function probe(lab: Lab, signal: AbortSignal): Promise<void> {
    for (;;) {
      await lab.clock.sleep(probeMs, signal);
      const answer = await send(ping, { signal }).catch(() => undefined);
      await answer?.body.dump();
      signal.throwIfAborted();
      if (up === (answer?.statusCode === 200)) continue;
      up = !up;
      lab.recheck('v1/Pod');
    }
  }

  const program = podProgram({ namespace: name, name, start: begin });
  return {
    rule: program.rule,
    ingress: { http: ports.get('web')!, https: ports.get('websecure')! },
    component: {
      name,
      // nobody in the cluster calls it by its Service
      plays: () => false,
      handle: () => ({ status: 502 }),
      // one program for as many Pods as there are
      unready: (pod) => (program.isItsPod(pod) && !up ? 'Readiness probe failed: connection refused' : undefined),
    },
  };
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
