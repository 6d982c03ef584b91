/** A server of the lab's Hetzner as the Kubernetes node that its cloud-init makes of it. */
import type { Server } from 'catalyst/hetzner/api/types.js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabNode } from '../controllers/world.js';
import type { LabKube } from '../kubernetes/client/client.js';
import { kubernetesVersion } from '../kubernetes/discovery/version.js';
import { readUserData } from './user-data.js';

/** What cloud-init's /etc/rancher/k3s/config.yaml says, as far as the lab acts on it. */
export interface K3sServer {
  role: 'first' | 'control-plane' | 'worker';
  /** URL of `server:`; a first one has none. */
  joins?: string;
  token: string;
  tlsSans: string[];
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: string }[];
  version: string;
}

/** Undefined when the user data makes no k3s node: a server of somebody else. */
export function k3sServerOf(userData: string): K3sServer | undefined {
  if (!userData.startsWith('#cloud-config')) return undefined;
  const cloud = readUserData(userData) as { write_files?: { path: string; content: string }[] };
  const file = (path: string) => cloud.write_files?.find((one) => one.path === path)?.content;
  const text = file('/etc/rancher/k3s/config.yaml');
  if (text === undefined) return undefined;
  const config = readUserData(text) as Record<string, unknown>;
  const list = (key: string) => (config[key] ?? []) as string[];
  const joins = config['server'] as string | undefined;
  const isAgent = cloud.write_files?.some((one) => /INSTALL_K3S_EXEC='?agent/.test(one.content)) ?? false;
  return {
    role: joins === undefined ? 'first' : isAgent ? 'worker' : 'control-plane',
    ...(joins === undefined ? {} : { joins }),
    token: String(config['token'] ?? ''),
    tlsSans: list('tls-san'),
    labels: Object.fromEntries(list('node-label').map((label) => label.split('=') as [string, string])),
    taints: list('node-taint').map((taint) => {
      const [, key = '', value = '', effect = ''] = /^([^=:]+)=?([^:]*):(.+)$/.exec(taint) ?? [];
      return { key, value, effect };
    }),
    version: /INSTALL_K3S_VERSION='?(v[0-9.]+\+k3s\d+)/.exec(userData)?.[1] ?? kubernetesVersion.gitVersion,
  };
}

export function labNode(server: Server, role: K3sServer['role']): LabNode {
  return {
    name: server.name,
    address: server.private_net[0]?.ip ?? '10.0.1.2',
    publicAddress: server.public_net.ipv4?.ip,
    role: role === 'worker' ? 'worker' : 'control-plane',
  };
}

export interface NodeFacts extends LabNode {
  version: string;
  labels?: Record<string, string>;
  taints?: readonly { key: string; value?: string; effect: string }[];
  cores: number;
  memoryGi: number;
  providerId?: string;
}

/** The Node as its kubelet registers it: not ready, since no network is there yet. */
export function nodeObject(facts: NodeFacts): KubeObject {
  const { name, address, publicAddress, role, version, labels = {}, taints = [], cores, memoryGi } = facts;
  const { providerId, bootId = name } = facts;
  const room = { cpu: String(cores), memory: `${memoryGi}Gi`, pods: '220', 'ephemeral-storage': '200Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/instance-type': 'k3s',
        ...(role === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': 'true' } : {}),
        ...labels,
      },
    },
    spec: {
      ...(providerId ? { providerID: providerId } : {}),
      ...(taints.length > 0 ? { taints } : {}),
    },
    status: {
      capacity: room,
      allocatable: room,
      addresses: [
        { type: 'InternalIP', address },
        ...(publicAddress ? [{ type: 'ExternalIP', address: publicAddress }] : []),
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        kubeletVersion: version,
        kubeProxyVersion: version,
        osImage: 'Ubuntu 24.04.3 LTS',
        operatingSystem: 'linux',
        architecture: 'amd64',
        kernelVersion: '6.8.0-79-generic',
        containerRuntimeVersion: 'containerd://2.1.4-k3s1',
        bootID: bootId,
        machineID: name,
        systemUUID: name,
      },
    },
  };
}

/** As a kubelet does: first the object, then its status, which an API server takes by its own way only. */
export async function registerNode(kube: LabKube, node: KubeObject): Promise<void> {
  await kube.apply(node, { fieldManager: 'k3s' });
  await kube.patchStatus({ apiVersion: 'v1', kind: 'Node', name: node.metadata.name }, node.status);
}
