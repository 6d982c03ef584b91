/**
 * Crossplane packages that stand in for those which the tree names and which cannot be had here: same registry, name and tag.
 * A provider's brings the kinds that the tree uses of it, a function's nothing; their programs are played or run beside.
 */
import type { Blueprint } from 'catalyst/blueprints/catalog/blueprint.js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { kindsOfPackage } from './controllers/platform/crossplane/opentofu-kinds.js';
import type { PackageImage } from './servers/registry/packages.js';

export interface StandInPackage extends PackageImage {
  /** `xpkg.crossplane.io` */
  host: string;
}

export const standInPackages = (blueprints: readonly Pick<Blueprint, 'documents'>[]): StandInPackage[] =>
  blueprints
    .flatMap(({ documents }) => Object.values(documents.config).flat())
    .filter(({ apiVersion, kind }) => apiVersion === 'pkg.crossplane.io/v1' && ['Provider', 'Function'].includes(kind))
    .flatMap((named) => standIn(named) ?? []);

function standIn({ kind, metadata, spec }: KubeObject): StandInPackage | undefined {
  const [, host, repository, tag] = /^([^/]+\.[^/]+)\/(.+):([^:@/]+)$/.exec(`${spec.package}`) ?? [];
  if (!host || !repository || !tag) return undefined;
  const meta = { apiVersion: 'meta.pkg.crossplane.io/v1', kind, metadata: { name: metadata.name }, spec: {} };
  return { host, repository, tag, objects: [meta, ...kindsOfPackage(repository)] };
}
