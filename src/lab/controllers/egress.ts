/** Whether the cluster's own policies let pods out to the world: Cilium's cluster-wide deny, or an allow-list without the world. */
import type { KubeObject } from '../../tools/kube.js';
import type { Lab } from './engine.js';

export const EGRESS_POLICY = 'cilium.io/v2/CiliumClusterwideNetworkPolicy';

interface Rule {
  toEntities?: string[];
  toCIDR?: string[];
  toCIDRSet?: { cidr: string; except?: string[] }[];
}

const namesWorld = (rule: Rule): boolean =>
  (rule.toEntities ?? []).some((entity) => entity === 'world' || entity === 'all') ||
  (rule.toCIDR ?? []).includes('0.0.0.0/0') ||
  (rule.toCIDRSet ?? []).some((set) => set.cidr === '0.0.0.0/0');

/** Deny wins over allow; a policy that allows something on egress denies the rest. */
export function denies(policy: KubeObject): boolean {
  const { egress, egressDeny } = policy.spec ?? {};
  if (((egressDeny ?? []) as Rule[]).some(namesWorld)) return true;
  return Array.isArray(egress) && !(egress as Rule[]).some(namesWorld);
}

export const isWorldDenied = (lab: Pick<Lab, 'store'>): boolean => lab.store.list(EGRESS_POLICY).some(denies);
