/** Where a HelmRelease's release lives and what the cluster serves for it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';
import { CRD, isEstablished } from '../store.js';

export const HELM_RELEASE = 'helm.toolkit.fluxcd.io/v2/HelmRelease';

export const releaseNameOf = (release: KubeObject): string =>
  release.spec.releaseName ??
  `${release.spec.targetNamespace ? `${release.spec.targetNamespace}-` : ''}${release.metadata.name}`;
export const targetOf = (release: KubeObject): string => release.spec.targetNamespace ?? release.metadata.namespace;
export const storageOf = (release: KubeObject): string => release.spec.storageNamespace ?? release.metadata.namespace;

/** `group/version` and `group/version/Kind` of all CRDs, for Capabilities in charts. */
export function servedVersions(lab: Pick<ReconcileContext, 'store'>): string[] {
  const versions = new Set<string>();
  for (const crd of lab.store.list(CRD).filter(isEstablished))
    for (const version of crd.spec.versions as { name: string; served: boolean }[]) {
      if (!version.served) continue;
      versions.add(`${crd.spec.group}/${version.name}`);
      versions.add(`${crd.spec.group}/${version.name}/${crd.spec.names.kind}`);
    }
  return [...versions].sort();
}
