/**
 * The Sovereign's cluster in the lab. It begins when Hetzner boots the first server whose cloud-init makes a k3s server,
 * grows with each server that joins with the right token, and is gone, with all in it, when its last control plane is.
 */
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Server } from 'catalyst/hetzner/api/types.js';
import type { LabMark } from 'catalyst/sovereign/lab-mark.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { ClusterApi, ClusterEngine } from './cluster-api.js';
import { type Controllers, startControllers } from './controllers/start.js';
import type { CertificateAuthority, LabNode, LabWorld } from './controllers/world.js';
import type { Faults } from './faults.js';
import type { Gate } from './gate.js';
import { createLabKube, type LabKube } from './kubernetes/client.js';
import { markCluster } from './mark.js';
import { type K3sServer, k3sServerOf, labNode, nodeObject, registerNode } from './node-object.js';
import { ownAgent, type RequestLog, withoutOwn } from './request-log.js';
import type { SshEndpoint } from './servers/ssh.js';

export interface SovereignCluster {
  /** Hetzner's hooks. */
  booted(server: Server, userData: string, authorizedKeys: readonly string[]): void;
  deleted(server: Server): void;
  nodes(): LabNode[];
  /** Undefined while no control plane runs. */
  current(): { api: ClusterApi; controllers: Controllers } | undefined;
  /** Resolves when every boot so far has been carried out. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface SovereignOptions {
  /** What the cluster is made of. */
  engine: ClusterEngine;
  directory: string;
  fqdn: string;
  mark: LabMark;
  gates: { api: Gate; http: Gate; https: Gate };
  ssh: SshEndpoint;
  world: Omit<LabWorld, 'role' | 'fqdn' | 'cacheDir' | 'nodes' | 'authority'>;
  authority: CertificateAuthority;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  /** Told of the kubeconfig of each new cluster, and when it is gone. */
  onKubeconfig: (text: string | undefined) => void;
  onError?: (rule: string, key: string, message: string) => void;
}

interface Running {
  api: ClusterApi;
  kube: LabKube;
  controllers: Controllers;
  token: string;
  stop: AbortController;
}

interface Member {
  server: Server;
  k3s: K3sServer;
}

export function createSovereignCluster(options: SovereignOptions): SovereignCluster {
  const { engine, directory, fqdn, gates, ssh, authority, log, faults, clock } = options;
  const members = new Map<number, Member>();
  let running: Running | undefined;
  let work: Promise<unknown> = Promise.resolve();
  const inOrder = (task: () => Promise<void>) => {
    work = work.then(task).catch((error: unknown) => options.onError?.('sovereign', '', String(error)));
  };
  const nodes = () => (running ? [...members.values()].map(({ server, k3s }) => labNode(server, k3s.role)) : []);

  async function begin({ server, k3s }: Member, userData: string, authorizedKeys: readonly string[]): Promise<void> {
    const { ip } = server.public_net.ipv4 ?? {};
    const privateIps = server.private_net.flatMap((net) => net.ip ?? []);
    const sans = [...new Set([...(ip ? [ip] : []), ...privateIps, ...k3s.tlsSans, fqdn, server.name])];
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
    await markCluster(kube, options.mark, { clock, signal: stop.signal });
    const controllers = await startControllers({
      kube,
      world: {
        ...options.world,
        trueCrds: engine.crds,
        role: 'sovereign',
        fqdn,
        authority,
        cacheDir: join(directory, 'cache', `sovereign-${server.id}`),
        nodes,
      },
      faults,
      log,
      signal: stop.signal,
      clock,
      ...api.parts,
      onError: options.onError,
    });
    api.attach(controllers);
    running = { api, kube, controllers, token: k3s.token, stop };
    gates.http.lead(controllers.ingress.http.port);
    gates.https.lead(controllers.ingress.https.port);
    gates.api.lead(api.port);
    // as k3s writes it: whoever fetches it puts in the address by which he reaches the server
    const kubeconfig = api.kubeconfig(undefined, { server: 'https://127.0.0.1:6443' });
    const files: Record<string, string> = {
      '/etc/rancher/k3s/k3s.yaml': kubeconfig,
      '/var/lib/catalyst/stage': 'ready\n',
      '/var/lib/rancher/k3s/server/node-token': `${k3s.token}\n`,
    };
    ssh.boot({ hostname: server.name, userData, authorizedKeys, file: (path) => files[path] });
    options.onKubeconfig(api.kubeconfig(undefined, { server: `https://${gates.api.endpoint}` }));
  }

  async function register({ server, k3s }: Member): Promise<void> {
    // with another token k3s never joins; nothing says so but the missing node
    if (!running || running.token !== k3s.token) return;
    const node = nodeObject({
      ...labNode(server, k3s.role),
      version: k3s.version,
      labels: k3s.labels,
      taints: k3s.taints,
      cores: server.server_type.cores,
      memoryGi: server.server_type.memory,
      providerId: `hcloud://${server.id}`,
    });
    await registerNode(running.kube, node);
  }

  async function end(destroyed: boolean): Promise<void> {
    const ended = running;
    if (!ended) return;
    running = undefined;
    for (const gate of Object.values(gates)) gate.lead(undefined);
    ssh.off();
    options.onKubeconfig(undefined);
    ended.stop.abort(new Error('the last control plane is gone'));
    await ended.controllers.stop();
    ended.kube.close();
    await ended.api.close({ destroyed });
  }

  return {
    booted(server, userData, authorizedKeys) {
      const k3s = k3sServerOf(userData);
      if (!k3s) return;
      const member = { server, k3s };
      members.set(server.id, member);
      inOrder(async () => {
        if (!running && k3s.role === 'first') {
          await begin(member, userData, authorizedKeys);
          // whoever booted before the first control plane kept trying
          for (const one of members.values()) await register(one);
        } else await register(member);
      });
    },
    deleted(server) {
      const member = members.get(server.id);
      if (!member) return;
      members.delete(server.id);
      inOrder(async () => {
        const isLast = ![...members.values()].some(({ k3s }) => k3s.role !== 'worker');
        if (isLast) await end(true);
        else await running?.kube.delete({ apiVersion: 'v1', kind: 'Node', name: server.name });
      });
    },
    nodes,
    current: () => running,
    idle: async () => void (await work),
    close: async () => {
      inOrder(() => end(false));
      await work;
    },
  };
}
