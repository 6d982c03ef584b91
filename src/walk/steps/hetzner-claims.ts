/**
 * Claims of the Sovereign that stand for resources at Hetzner, and the composites that Crossplane made of them. Which kinds these are,
 * the cluster's own XRDs say. A bucket is data and no part of the cluster: what stays of it is decided with the other buckets.
 */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';

const xrd = { apiVersion: 'apiextensions.crossplane.io/v1', kind: 'CompositeResourceDefinition' };
const isOfData = (kind: string) => /bucket/i.test(kind);

/** @returns claims to delete, and the composites that stand as long as something at Hetzner does */
export async function hetznerClaims(kube: Kube): Promise<{ claims: KubeObject[]; composites: KubeObject[] }> {
  const claims: KubeObject[] = [];
  const composites: KubeObject[] = [];
  for (const { spec } of await kube.list(xrd)) {
    const version = (spec.versions as { name: string; served?: boolean }[]).find(({ served }) => served !== false);
    if (!version || isOfData(spec.names.kind)) continue;
    const apiVersion = `${spec.group}/${version.name}`;
    composites.push(...(await kube.list({ apiVersion, kind: spec.names.kind })));
    if (spec.claimNames) claims.push(...(await kube.list({ apiVersion, kind: spec.claimNames.kind })));
  }
  return { claims, composites };
}

/** A composite that nobody claimed is deleted itself; of the others Crossplane deletes it with its claim. */
export const isUnclaimed = ({ spec }: KubeObject) => spec?.claimRef === undefined;
