/** The first k3s server of a Sovereign: its API server, what moves in the cluster, and the files that k3s writes. */
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Server } from 'catalyst/hetzner/api/types.js';
import { type Controllers, startControllers } from '../controllers/start.js';
import type { LabNode, LabWorld } from '../controllers/world.js';
import { createLabKube, type LabKube } from '../kubernetes/client/client.js';
import { ownAgent, withoutOwn } from '../requests/request-log.js';
import type { ClusterApi } from './cluster-api.js';
import { markCluster } from './mark.js';
import type { K3sServer } from './node-object.js';
import type { SovereignOptions } from './sovereign-cluster.js';

export interface Running {
  api: ClusterApi;
  kube: LabKube;
  controllers: Controllers;
  token: string;
  stop: AbortController;
}

export async function startFirstServer(
  options: SovereignOptions & {
    server: Server;
    k3s: K3sServer;
    nodes: () => LabNode[];
    whyNoApi: LabWorld['whyNoApi'];
    isDown: () => boolean;
  },
): Promise<Running> {
  const { engine, directory, fqdn, authority, log, faults, clock, server, k3s, nodes, whyNoApi, isDown, onError } =
    options;
  const sans = namesOf(server, k3s);
  const stop = new AbortController();
  const api = await engine.start({
    name: 'sovereign',
    directory: join(directory, 'engines', `sovereign-${server.id}`),
    log: withoutOwn(log),
    faults,
    clock,
    ca: authority,
    dnsNames: sans.filter((san) => !isIP(san)),
    ipAddresses: sans.filter((san) => isIP(san)),
  });
  const kube = createLabKube(api.kubeconfig(), `${ownAgent}controllers`);
  await markCluster(kube, { ...options.mark, engine: engine.name }, { clock, signal: stop.signal });
  const controllers = await startControllers({
    kube,
    world: {
      ...options.world,
      upstreamCrds: engine.crds,
      role: 'sovereign',
      // one cluster after another may be of different Sovereigns: catalyst's own server says whose it is
      fqdn: k3s.tlsSans.find((san) => !isIP(san)) ?? fqdn,
      authority,
      cacheDir: join(directory, 'cache', `sovereign-${server.id}`),
      nodes,
      whyNoApi,
      isDown,
    },
    ...{ faults, log, signal: stop.signal, clock },
    ...api.parts,
    onError,
  });
  api.attach(controllers);
  return { api, kube, controllers, token: k3s.token, stop };
}

/** What its certificate is for. */
function namesOf(server: Server, k3s: K3sServer): string[] {
  const { ip } = server.public_net.ipv4 ?? {};
  const privateIps = server.private_net.flatMap((net) => net.ip ?? []);
  return [...new Set([...(ip ? [ip] : []), ...privateIps, ...k3s.tlsSans, server.name])];
}

/** The files of the server that are read over SSH. As k3s writes it, the kubeconfig names 127.0.0.1; its reader replaces that address. */
export const filesOfServer = (api: ClusterApi, token: string): Readonly<Record<string, string>> => ({
  '/etc/rancher/k3s/k3s.yaml': api.kubeconfig(undefined, { server: 'https://127.0.0.1:6443' }),
  '/var/lib/catalyst/stage': 'ready\n',
  '/var/lib/rancher/k3s/server/node-token': `${token}\n`,
});
