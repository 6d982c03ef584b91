/** The power of control planes: without more than half of them etcd has no quorum, and neither the API nor who calls it does anything. */
import type { Forwarder } from '../requests/forwarder.js';
import type { ClusterApi } from './cluster-api.js';

interface Voter {
  joined: boolean;
  isControlPlane: boolean;
  isOff: boolean;
}

/** Not before the first has joined. */
export function isQuorumLost(all: readonly Voter[]): boolean {
  const voters = all.filter((one) => one.joined && one.isControlPlane);
  return voters.length > 0 && voters.filter(({ isOff }) => !isOff).length * 2 <= voters.length;
}

/** Turns the API and what else runs on control planes off and on, as the machines under them go and come. */
export function powerSwitch(
  isDown: () => boolean,
  {
    api,
    forwarder,
    inOrder,
  }: { api: () => ClusterApi | undefined; forwarder: Forwarder; inOrder: (task: () => Promise<void>) => void },
) {
  let isOn = true;
  return {
    look(): void {
      const current = api();
      if (!current || isOn === !isDown()) return;
      const on = !isOn;
      isOn = on;
      forwarder.lead(on ? current.port : undefined);
      inOrder(async () => current.power?.(on));
    },
    /** For the next cluster. */
    reset(): void {
      isOn = true;
    },
  };
}
