/**
 * clusters/<fqdn>/flux-system: with these objects plain Flux rebuilds the Sovereign from its own Git in the order of the
 * graph. Needs no catalyst. Before the GitOps pivot nobody applies this folder.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { fluxNamespace } from '../charts/chart-source.js';
import { gitUrl } from './variables.js';

interface Folder {
  path: string;
  files: { objects: KubeObject[] }[];
}

/** The Blueprint that opens what is sealed. */
export const unsealer = 'bp-sealed-secrets';
/** Blueprints whose removal from Git must not tear the cluster down. */
const kept = new Set(['bp-cilium', 'bp-flux']);

export function fluxFolder(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  folders: readonly Folder[],
): { path: string; objects: KubeObject[] }[] {
  const nameOf = (folder: Folder) => folder.path.split('/').at(-1) as string;
  const present = new Set(folders.map(nameOf));
  const beforeUnsealer = comingBefore(unsealer, blueprints);
  const kustomizations = folders.map((folder) => {
    const name = nameOf(folder);
    const glue = name.endsWith('-config') && !blueprints.some((blueprint) => blueprint.name === name);
    const blueprint = blueprints.find((one) => one.name === (glue ? name.slice(0, -'-config'.length) : name))!;
    return glue
      ? kustomization(name, folder.path, [blueprint.name], glueChecks(folder), true)
      : kustomization(
          name,
          folder.path,
          [
            ...needsOf(blueprint, blueprints, present),
            // its Secrets stand sealed in Git
            ...(hasOwnSecrets(blueprint) && !beforeUnsealer.has(name) ? [unsealer] : []),
          ],
          { healthChecks: releaseChecks(blueprint, folder) },
          !kept.has(name),
        );
  });
  return [
    { path: 'source.yaml', objects: [gitRepository(sovereign), rootKustomization(sovereign)] },
    { path: 'kustomizations.yaml', objects: kustomizations },
  ];
}

const hasOwnSecrets = ({ secrets }: Blueprint) => secrets.some(({ maker }) => maker === 'catalyst');

/** `name` itself and what it depends on, directly or not. */
export function comingBefore(name: string, blueprints: readonly Blueprint[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    const one = blueprints.find((blueprint) => blueprint.name === id || blueprint.ticket === id);
    if (!one || found.has(one.name)) return;
    found.add(one.name);
    for (const need of one.dependsOn) visit(need);
  };
  visit(name);
  return found;
}

/** Steps and tickets of the graph, as folders; what is no Blueprint (cluster, #371, #374) has none. */
function needsOf(blueprint: Blueprint, blueprints: readonly Blueprint[], present: ReadonlySet<string>): string[] {
  return blueprint.dependsOn.flatMap((id) => {
    const need = blueprints.find((one) => one.name === id || one.ticket === id);
    if (!need) return [];
    return [present.has(`${need.name}-config`) ? `${need.name}-config` : need.name];
  });
}

function releaseChecks(blueprint: Blueprint, folder: Folder): object[] {
  const releases = folder.files
    .flatMap((file) => file.objects)
    .filter(({ kind }) => kind === 'HelmRelease')
    .map(({ apiVersion, kind, metadata: { name, namespace } }) => ({ apiVersion, kind, name, namespace }));
  const workloads = [...blueprint.releases, blueprint].flatMap((part) => part.workloads);
  const crds = [...blueprint.crds, ...blueprint.releases.flatMap((release) => release.crds)];
  return [
    ...releases,
    ...workloads.map(({ kind, namespace, name }) => ({ apiVersion: 'apps/v1', kind, name, namespace })),
    ...crds.map((name) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name })),
  ];
}

/** Crossplane packages have no Ready condition; Installed and Healthy say it. */
function glueChecks(folder: Folder): object {
  const packages = folder.files
    .flatMap((file) => file.objects)
    .filter(
      (object) => object.apiVersion.startsWith('pkg.crossplane.io/') && object.kind !== 'DeploymentRuntimeConfig',
    );
  const kinds = [...new Map(packages.map((object) => [object.kind, object.apiVersion])).entries()];
  const condition = (type: string) => `status.conditions.exists(c, c.type == '${type}' && c.status == 'True')`;
  const exprs = kinds.map(([kind, apiVersion]) => ({
    apiVersion,
    kind,
    current: `${condition('Installed')} && ${condition('Healthy')}`,
  }));
  return { wait: true, ...(exprs.length > 0 ? { healthCheckExprs: exprs } : {}) };
}

export function kustomization(name: string, path: string, needs: string[], checks: object, prune: boolean): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: fluxNamespace },
    spec: {
      interval: '10m',
      retryInterval: '1m',
      timeout: '20m',
      path: `./${path}`,
      prune,
      sourceRef: { kind: 'GitRepository', name: fluxNamespace },
      ...(needs.length > 0 ? { dependsOn: [...new Set(needs)].map((need) => ({ name: need })) } : {}),
      ...checks,
    },
  };
}

function gitRepository(sovereign: Sovereign): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: fluxNamespace, namespace: fluxNamespace },
    spec: {
      interval: '1m',
      url: gitUrl(sovereign),
      ref: { branch: sovereign.spec.gitops.branch },
      // Gitea asks for a sign-in even for public repositories; made at the pivot
      secretRef: { name: 'sovereign-git' },
    },
  };
}

function rootKustomization(sovereign: Sovereign): KubeObject {
  const root = kustomization(fluxNamespace, `clusters/${sovereign.spec.fqdn}/flux-system`, [], {}, true);
  return root;
}
