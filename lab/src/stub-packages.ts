/**
 * Crossplane packages that stand in for those which the tree names and which cannot be had here: same registry, name and tag.
 * A provider's brings the kinds that the tree uses of it, a function's nothing; their programs are emulated or run beside.
 */
import type { Blueprint } from 'catalyst/blueprints/catalog/blueprint.js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { kindsOfPackage } from './controllers/platform/crossplane/opentofu-kinds.js';
import type { PackageImage } from './servers/registry/packages.js';

export interface StubPackage extends PackageImage {
  /** `xpkg.crossplane.io` */
  host: string;
}

export const stubPackages = (blueprints: readonly Pick<Blueprint, 'documents'>[]): StubPackage[] =>
  blueprints
    .flatMap(({ documents }) => Object.values(documents.config).flat())
    .filter(({ apiVersion, kind }) => apiVersion === 'pkg.crossplane.io/v1' && ['Provider', 'Function'].includes(kind))
    .flatMap((named) => stubPackage(named) ?? []);

function stubPackage({ kind, metadata, spec }: KubeObject): StubPackage | undefined {
  const [, host, repository, tag] = /^([^/]+\.[^/]+)\/(.+):([^:@/]+)$/.exec(`${spec.package}`) ?? [];
  if (!host || !repository || !tag) return undefined;
  const meta = { apiVersion: 'meta.pkg.crossplane.io/v1', kind, metadata: { name: metadata.name }, spec: {} };
  return { host, repository, tag, objects: [meta, ...kindsOfPackage(repository)] };
}
