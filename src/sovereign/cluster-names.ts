/** Names of what a Sovereign's cluster consists of at Hetzner: catalyst creates it under these, and its claims look it up by them. Pure. */
import { slugOf } from './sovereign-names.js';

export interface ClusterNames {
  network: string;
  firewall: string;
  loadBalancer: string;
  sshKey: string;
  placementGroup: string;
  /** An empty placement group, which costs nothing: tells which project is this Sovereign's. */
  marker: string;
  controlPlane(index: number): string;
  worker(index: number): string;
}

export function clusterNames(fqdn: string): ClusterNames {
  const base = `catalyst-${slugOf(fqdn)}`;
  return {
    network: `${base}-net`,
    firewall: `${base}-fw`,
    loadBalancer: `${base}-lb`,
    sshKey: base,
    placementGroup: base,
    marker: `${base}-marker`,
    controlPlane: (index) => `${base}-cp${index}`,
    worker: (index) => `${base}-w${index}`,
  };
}
