/**
 * Flux's controllers as what they are: the real programs, run while a Pod of their Deployment is Ready, as the
 * ServiceAccount that the Pod has, with the egress that Pods of this cluster have.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ClusterNetwork } from '../../controllers/network/network.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import { isReady } from '../../controllers/workloads/pods.js';
import type { Child } from '../children.js';
import type { ControlPlane } from '../control-plane.js';
import { freePorts } from '../free-ports.js';
import { podProgram, writeKubeconfig } from '../pods/pod-program.js';
import type { Engines } from './cache.js';

export const fluxNames = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
] as const;
type Name = (typeof fluxNames)[number];

export interface FluxOptions {
  plane: Pick<ControlPlane, 'kubeconfig' | 'children'>;
  engines: Engines;
  directory: string;
  /** Proxies that Pods' egress goes through, and the roots that they trust. */
  network: () => Pick<ClusterNetwork, 'proxy' | 'socks' | 'caFile'>;
}

/** A rule for each: while its Pod is Ready it is a process. */
export async function fluxPrograms(options: FluxOptions): Promise<Rule[]> {
  const ports = await freePorts(11);
  return fluxNames.map((name) => {
    const start = async (pod: KubeObject, lab: ReconcileContext) => {
      const file = join(options.directory, 'flux', `${name}.kubeconfig`);
      await writeKubeconfig(file, pod, lab, options.plane);
      return startFlux(name, file, ports, options);
    };
    return podProgram({ namespace: 'flux-system', name, runsIn: isReady, start }).rule;
  });
}

/** One of Flux's programs, as whom the file `kubeconfig` says; `ports` are 11, of which `ports[2 * index + 1]` answers /readyz. */
export function startFlux(name: Name, kubeconfig: string, ports: readonly number[], options: FluxOptions): Child {
  const at = (index: number) => `127.0.0.1:${ports[index]}`;
  const index = fluxNames.indexOf(name) * 2;
  const [storage, events, receiver] = [at(8), at(9), at(10)];
  const data = join(options.directory, 'flux', name);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const network = options.network();
  const own: Record<Name, string[]> = {
    'source-controller': [
      ...[`--storage-path=${data}`, `--storage-addr=${storage}`, `--storage-adv-addr=${storage}`],
      `--events-addr=http://${events}`,
    ],
    'kustomize-controller': [`--events-addr=http://${events}`, '--requeue-dependency=2s'],
    'helm-controller': [`--events-addr=http://${events}`, '--requeue-dependency=2s'],
    'notification-controller': [`--events-addr=${events}`, `--receiverAddr=${receiver}`],
  };
  return options.plane.children.start(name, {
    file: options.engines.program(name),
    args: [
      ...['--watch-all-namespaces=true', '--log-level=info', '--log-encoding=json', '--concurrent=8'],
      ...[`--metrics-addr=${at(index)}`, `--health-addr=${at(index + 1)}`],
      ...own[name],
    ],
    env: {
      KUBECONFIG: kubeconfig,
      RUNTIME_NAMESPACE: 'flux-system',
      HTTP_PROXY: network.proxy,
      HTTPS_PROXY: network.proxy,
      NO_PROXY: '127.0.0.1,localhost',
      SSL_CERT_FILE: network.caFile,
    },
  });
}
