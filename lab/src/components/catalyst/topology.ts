/** What catalyst-api at 4f80be2 draws: servers from the record alone, volumes from the cluster (internal/infrastructure/topology_loader.go). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';

interface RecordedRegion {
  provider: string;
  cloudRegion: string;
  workerCount: number;
}

export interface DeploymentRecord {
  id: string;
  status: string;
  request: { sovereignFQDN: string; region: string; regions?: RecordedRegion[] };
  result?: { kubeconfigPath?: string; phase1FinishedAt?: string };
}

export function topologyOf({ id, request }: DeploymentRecord, volumes: readonly KubeObject[]): object {
  const status = 'unknown';
  const regions = (request.regions ?? []).map(({ cloudRegion, provider, workerCount }) => {
    const node = (name: string, role: string) => ({
      id: `node-${name}`,
      name,
      region: cloudRegion,
      role,
      ip: '',
      status,
    });
    const nodes = [
      node(`control-plane-${cloudRegion}`, 'control-plane'),
      ...Array.from({ length: workerCount }, (_, index) => node(`worker-${index + 1}-${cloudRegion}`, 'worker')),
    ];
    const cluster = {
      id: `cluster-${id}-${cloudRegion}`,
      name: request.sovereignFQDN,
      status,
      nodeCount: nodes.length,
    };
    return {
      id: `region-${cloudRegion}`,
      name: cloudRegion,
      provider,
      status,
      clusters: [{ ...cluster, vclusters: [], loadBalancers: [], nodePools: [], nodes }],
      networks: [],
    };
  });
  const pvcs = volumes.map(({ metadata, spec, status: bound }) => ({
    id: metadata.uid,
    name: metadata.name,
    namespace: metadata.namespace,
    capacity: bound?.capacity?.storage ?? '',
    used: '',
    storageClass: spec.storageClassName ?? '',
    status: bound?.phase ?? '',
  }));
  return {
    cloud: [{ id: 'cloud-hetzner', provider: 'hetzner', name: 'hetzner', status }],
    topology: { pattern: regions.length > 1 ? 'multi-region' : 'solo', regions },
    storage: { pvcs, buckets: [], volumes: [] },
  };
}
