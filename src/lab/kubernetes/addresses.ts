/** Cluster addresses and node ports of Services, each given out once, and the default StorageClass. */
import type { DefaultSources } from './defaults.js';
import type { Store } from './store.js';

const firstNodePort = 30_000;
const lastNodePort = 32_767;

export function createAddresses(store: Store): DefaultSources {
  let lastAddress = 255;
  let lastPort = firstNodePort - 1;

  function usedPorts(): Set<number> {
    const ports = store.list('/services').flatMap((service) => (service.spec?.ports ?? []) as { nodePort?: number }[]);
    return new Set(ports.flatMap((port) => (port.nodePort ? [port.nodePort] : [])));
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
    defaultStorageClass() {
      const mark = 'storageclass.kubernetes.io/is-default-class';
      return store.list('storage.k8s.io/storageclasses').find((found) => found.metadata.annotations?.[mark] === 'true')
        ?.metadata.name;
    },
  };
}
