/** Cluster addresses and node ports of Services, each given out once, and the default StorageClass. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { DefaultSources } from '../admission/defaults.js';
import type { Store } from '../objects/store.js';
import { invalid, type StatusCause } from '../requests/status.js';
import type { Kind } from './kinds.js';

const firstNodePort = 30_000;
const lastNodePort = 32_767;

export interface Addresses extends DefaultSources {
  /** Refuses a Service that names a node port which another one has, or one outside the range. */
  guard(kind: Kind, object: KubeObject): void;
}

export function createAddresses(store: Store): Addresses {
  let lastAddress = 255;
  let lastPort = firstNodePort - 1;

  const portsOf = (service: KubeObject) => (service.spec?.ports ?? []) as { nodePort?: number }[];
  function usedPorts(except?: string): Set<number> {
    const others = store.list('/services').filter((service) => service.metadata.uid !== except);
    return new Set(others.flatMap(portsOf).flatMap((port) => (port.nodePort ? [port.nodePort] : [])));
  }

  return {
    clusterIp() {
      const used = new Set(store.list('/services').map((service) => service.spec?.clusterIP));
      for (;;) {
        lastAddress += 1;
        const address = `10.43.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
        if ((lastAddress & 255) !== 0 && !used.has(address)) return address;
      }
    },
    nodePort() {
      const used = usedPorts();
      do lastPort = lastPort >= lastNodePort ? firstNodePort : lastPort + 1;
      while (used.has(lastPort));
      return lastPort;
    },
    guard(kind, object) {
      if (kind.group !== '' || kind.kind !== 'Service') return;
      const used = usedPorts(object.metadata.uid);
      const causes = portsOf(object).flatMap(({ nodePort }, index): StatusCause[] => {
        const bad = (why: string) => [
          {
            reason: 'FieldValueInvalid',
            field: `spec.ports[${index}].nodePort`,
            message: `Invalid value: ${nodePort}: ${why}`,
          },
        ];
        if (nodePort === undefined) return [];
        if (nodePort < firstNodePort || nodePort > lastNodePort) {
          return bad(
            `provided port is not in the valid range. The range of valid ports is ${firstNodePort}-${lastNodePort}`,
          );
        }
        return used.has(nodePort) ? bad('provided port is already allocated') : [];
      });
      if (causes.length > 0) throw invalid(kind, object.metadata.name, causes);
    },
    defaultStorageClass() {
      const mark = 'storageclass.kubernetes.io/is-default-class';
      return store.list('storage.k8s.io/storageclasses').find((found) => found.metadata.annotations?.[mark] === 'true')
        ?.metadata.name;
    },
  };
}
