/** Kustomizations on the mother of a lab that are this Sovereign's by their path: what a handover freezes. */
import { labFqdn } from '../../lab/src/start/lab-info.js';
import type { KubeObject } from '../../src/kubernetes/client/kube.js';

export const reconcilerKind = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };

export function reconciler(name: string, more: Record<string, unknown> = {}): KubeObject {
  const sourceRef = { kind: 'GitRepository', name: 'flux-system' };
  const spec = { path: `./clusters/${labFqdn}/${name}`, interval: '10m', prune: false, sourceRef, ...more };
  return { ...reconcilerKind, metadata: { name, namespace: 'flux-system' }, spec };
}
