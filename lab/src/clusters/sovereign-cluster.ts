/**
 * The Sovereign's cluster in the lab. It begins when Hetzner boots the first server whose cloud-init makes a k3s server,
 * grows with each server that joins with the right token, and is gone, with all in it, when its last control plane is.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'catalyst/hetzner/api/types.js';
import type { LabMark } from 'catalyst/sovereign/lab-mark.js';
import type { Clock } from 'catalyst/support/clock.js';
import { believes } from '../components/traefik/ingress.js';
import type { Controllers } from '../controllers/start.js';
import type { CertificateAuthority, LabNode, LabWorld } from '../controllers/world.js';
import type { Listens } from '../internet/hetzner-hosts.js';
import type { Arrival } from '../internet/internet.js';
import { type Cluster, listening } from '../internet/listening.js';
import type { Faults } from '../requests/faults.js';
import type { Forwarder } from '../requests/forwarder.js';
import type { RequestLog } from '../requests/request-log.js';
import type { SshEndpoint } from '../servers/ssh.js';
import { type ApiPlaces, whyNobodyAnswers, whyNotTrusted } from './api-address.js';
import type { ClusterApi, ClusterEngine } from './cluster-api.js';
import { filesOfServer, type Running, startFirstServer } from './first-server.js';
import { type K3sServer, k3sServerOf, labNode, nodeObject, registerNode } from './node-object.js';
import { isQuorumLost, powerSwitch } from './quorum.js';

export interface SovereignCluster {
  /** Hetzner's hooks. */
  booted(server: Server, userData: string, authorizedKeys: readonly string[]): void;
  /** Off, or about to boot again: nothing of it answers until it is booted. */
  stopped(server: Server): void;
  deleted(server: Server): void;
  /** What listens on a server's ports, before any firewall decides. */
  listens: Listens;
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
  /** Of a cluster whose first server names none. */
  fqdn: string;
  mark: LabMark;
  gates: { api: Forwarder };
  /** Loopback port of the servers that answer DNS for it. */
  dnsPort: number;
  ssh: SshEndpoint;
  world: Omit<LabWorld, 'role' | 'fqdn' | 'cacheDir' | 'nodes' | 'authority' | 'whyNoApi'>;
  /** Of its Hetzner project. */
  balancers: ApiPlaces['balancers'];
  authority: CertificateAuthority;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  /** Told of the kubeconfig of each new cluster, and when it is gone. */
  onKubeconfig: (text: string | undefined) => void;
  onError?: (rule: string, key: string, message: string) => void;
}

interface Member {
  server: Server;
  k3s: K3sServer;
  /** Its k3s runs; one that has not joined answers nobody. */
  joined: boolean;
  offSince?: number;
  bootedAt?: number;
  bootId: string;
}

const nodeOf = ({ server, k3s, offSince, bootedAt, bootId }: Member): LabNode => ({
  ...{ ...labNode(server, k3s.role), bootId },
  ...(offSince === undefined ? {} : { offSince }),
  ...(bootedAt === undefined ? {} : { bootedAt }),
});

export function createSovereignCluster(options: SovereignOptions): SovereignCluster {
  const { gates, ssh, clock } = options;
  const members = new Map<number, Member>();
  let running: Running | undefined;
  let work: Promise<unknown> = Promise.resolve();
  const inOrder = (task: () => Promise<void>) => {
    work = work.then(task).catch((error: unknown) => options.onError?.('sovereign', '', String(error)));
  };
  const nodes = () => (running ? [...members.values()].map(nodeOf) : []);
  let bySsh: Member | undefined;
  const whyNoApi = whyNotReached(members, options, () => running?.api);
  const isDown = () => isQuorumLost([...members.values()].map(voterOf));
  const power = powerSwitch(isDown, { api: () => running?.api, forwarder: gates.api, inOrder });

  function listens(server: Server, at: Parameters<Listens>[1]): Arrival {
    const member = members.get(server.id);
    if (!member) return server.status === 'running' ? 'refused' : 'dropped';
    const ports = { ssh: bySsh === member ? ssh.port : undefined, api: running && gates.api.port };
    const machine = { name: server.name, isUp: member.offSince === undefined, programs: programsOn(member, ports) };
    return listening(machine, running && clusterOf(running.controllers, nodes, options.dnsPort), at);
  }

  async function begin(member: Member, userData: string, authorizedKeys: readonly string[]): Promise<void> {
    const { server, k3s } = member;
    running = await startFirstServer({ ...options, server, k3s, nodes, whyNoApi, isDown });
    member.joined = true;
    gates.api.lead(running.api.port);
    bySsh = member;
    const files = filesOfServer(running.api, k3s.token);
    ssh.boot({ hostname: server.name, userData, authorizedKeys, file: (path) => files[path] });
    options.onKubeconfig(running.api.kubeconfig(undefined, { server: `https://${gates.api.endpoint}` }));
  }

  async function register(member: Member): Promise<void> {
    const { server, k3s } = member;
    // With a wrong token k3s never joins, and the missing node is the only sign of it.
    if (!running || running.token !== k3s.token) return;
    const { hostname, port } = k3s.joins ? new URL(k3s.joins) : { hostname: '127.0.0.1', port: '6443' };
    if (k3s.role !== 'first' && (await whyNoApi(labNode(server, k3s.role), hostname, Number(port))))
      return tryAgain(member);
    member.joined = true;
    await registerNode(running.kube, nodeObject(nodeFacts(member)));
  }

  /** k3s asks the address that it was given until it is let in. */
  function tryAgain(member: Member): void {
    void clock.sleep(500, running!.stop.signal).then(
      () => members.has(member.server.id) && inOrder(() => register(member)),
      () => undefined,
    );
  }

  async function end(destroyed: boolean): Promise<void> {
    const ended = running;
    if (!ended) return;
    running = undefined;
    power.reset();
    gates.api.lead(undefined);
    bySsh = undefined;
    ssh.off();
    options.onKubeconfig(undefined);
    await stop(ended, destroyed);
  }

  return {
    booted(server, userData, authorizedKeys) {
      const known = members.get(server.id);
      if (known) return bootAgain(known, clock, power, () => running);
      const k3s = k3sServerOf(userData);
      if (!k3s) return;
      const member: Member = { server, k3s, joined: false, bootId: randomUUID() };
      members.set(server.id, member);
      inOrder(async () => {
        if (!running && k3s.role === 'first') {
          await begin(member, userData, authorizedKeys);
          // Servers that booted before the first control plane have been retrying, so each can join now.
          for (const one of members.values()) await register(one);
        } else await register(member);
      });
    },
    stopped(server) {
      const member = members.get(server.id);
      if (!member || member.offSince !== undefined) return;
      member.offSince = clock.now().getTime();
      power.look();
      running?.controllers.lab.recheck('v1/Node');
    },
    listens,
    deleted(server) {
      if (!members.delete(server.id)) return;
      // told now: until its turn comes, the first server of another Sovereign may have booted
      const isLast = ![...members.values()].some(isControlPlane);
      inOrder(async () => {
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

/** As a program on that node would find the API. */
const whyNotReached =
  (
    members: ReadonlyMap<number, Member>,
    { balancers }: Pick<SovereignOptions, 'balancers'>,
    api: () => Running['api'] | undefined,
  ) =>
  async (from: LabNode, host: string, port: number): Promise<string | undefined> => {
    const current = api();
    if (!current) return `dial tcp ${host}:${port}: i/o timeout`;
    const places: ApiPlaces = { nodes: () => reachable(members), balancers };
    return whyNobodyAnswers(places, from, host, port) ?? whyNotTrusted(current, host);
  };

const voterOf = (member: Member) => ({
  joined: member.joined,
  isControlPlane: isControlPlane(member),
  isOff: member.offSince !== undefined,
});

/** After a reboot the kubelet starts the containers again, with their current environment. */
function bootAgain(member: Member, clock: Clock, power: { look(): void }, running: () => Running | undefined): void {
  if (member.offSince === undefined) return;
  member.offSince = undefined;
  member.bootedAt = clock.now().getTime();
  member.bootId = randomUUID();
  power.look();
  const { lab } = running()?.controllers ?? {};
  if (!lab) return;
  for (const pod of lab.store.list('v1/Pod'))
    if (pod.spec.nodeName === member.server.name) lab.environments.delete(`${pod.metadata.uid}`);
  lab.recheck('v1/Node');
  lab.recheck('v1/Pod');
}

const nodeFacts = ({ server, k3s, bootId }: Member) => ({
  ...labNode(server, k3s.role),
  bootId,
  version: k3s.version,
  labels: k3s.labels,
  taints: k3s.taints,
  cores: server.server_type.cores,
  memoryGi: server.server_type.memory,
  providerId: `hcloud://${server.id}`,
});

const isControlPlane = ({ k3s }: Member): boolean => k3s.role !== 'worker';

const programsOn = (member: Member, { ssh, api }: { ssh: number | undefined; api: number | undefined }) => ({
  ...(ssh === undefined ? {} : { '22/tcp': ssh }),
  ...(api !== undefined && isControlPlane(member) ? { '6443/tcp': api } : {}),
});

const reachable = (members: ReadonlyMap<number, Member>): LabNode[] =>
  [...members.values()]
    .filter(({ joined, offSince }) => joined && offSince === undefined)
    .map(({ server, k3s }) => labNode(server, k3s.role));

async function stop({ stop, controllers, kube, api }: Running, destroyed: boolean): Promise<void> {
  stop.abort(new Error('the last control plane is gone'));
  await controllers.stop();
  kube.close();
  await api.close({ destroyed });
}

/** What listens on the nodes: the ingress, and the servers that answer DNS for the Sovereign. */
const clusterOf = (
  { lab, ingress, answersDns }: Controllers,
  nodes: () => readonly LabNode[],
  dnsPort: number,
): Cluster => ({
  lab,
  isOff: (name) => nodes().some((node) => node.name === name && node.offSince !== undefined),
  program({ namespace, name, port, proxiedBy }) {
    if (namespace === 'traefik' && name === 'traefik') {
      if (proxiedBy !== undefined && !believes(lab, `${port}`, proxiedBy)) return undefined;
      return port === 'web' ? ingress.http.port : ingress.https.port;
    }
    return port === 53 && answersDns() ? dnsPort : undefined;
  },
});
