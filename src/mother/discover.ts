/** Finds what really runs on the mother: names in the spec are defaults, the live objects decide. */
import type { Kube, KubeObject, KubeRef } from '../kubernetes/client/kube.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { nameOfObject } from './protected/ownership.js';

export const kustomizationApi = 'kustomize.toolkit.fluxcd.io/v1';

export interface CatalystOnMother {
  namespace: string;
  deployment: KubeRef;
  /** That its Pods carry. */
  labels: Record<string, string>;
  replicas: number;
  generation: number;
  /** Image of catalyst-api; it holds sh and kubectl, so short Jobs need no other. */
  image: string;
  imagePullSecrets: { name: string }[];
  /** PersistentVolumeClaim with the records, and where catalyst-api mounts it. */
  claim: string;
  mountPath: string;
  /** Flux Kustomization that would scale it up again; undefined when nothing reconciles it. */
  kustomization?: KubeRef & {
    suspended: boolean;
    /** Its field as found; undefined when it is absent, which is not the same as false. */
    suspend?: boolean;
  };
}

/** Throws E5001 when catalyst-api is not there: an unread mother is never an empty one. */
export async function discoverCatalyst(kube: Kube, sovereign: Sovereign): Promise<CatalystOnMother> {
  const { namespace, deployment: name, claim } = sovereign.spec.mother.catalyst;
  const deployment: KubeRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  const object = await kube.get(deployment);
  if (!object) {
    throw fail('E5001', `Deployment ${namespace}/${name} was not found on the mother cluster (${kube.server}).`, {
      actions: ['set spec.mother.catalyst.namespace and .deployment', 'check --mother-kubeconfig'],
    });
  }
  const all = await kube.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace });
  const { name: volume, claimName } = claimVolume(object, claim);
  requireOne(
    `Deployment that mounts PersistentVolumeClaim ${namespace}/${claimName}`,
    all.filter((one) => claimsOf(one).some((other) => other.claimName === claimName)).map(nameOfObject),
  );
  const containers = (object.spec?.template?.spec?.containers ?? []) as Container[];
  const mounting = containers.find((one) => one.volumeMounts?.some((mount) => mount.name === volume));
  const container = mounting ?? containers[0];
  return {
    namespace,
    deployment,
    labels: object.spec?.selector?.matchLabels ?? {},
    replicas: object.spec?.replicas ?? 1,
    generation: object.metadata.generation ?? 0,
    image: container?.image ?? '',
    imagePullSecrets: object.spec?.template?.spec?.imagePullSecrets ?? [],
    claim: claimName,
    mountPath: container?.volumeMounts?.find((mount) => mount.name === volume)?.mountPath ?? '/var/lib/catalyst',
    kustomization: await owningKustomization(kube, sovereign, object),
  };
}

interface Container {
  image?: string;
  volumeMounts?: { name: string; mountPath: string }[];
}

interface ClaimVolume {
  name: string;
  claimName: string;
}

function claimsOf(deployment: KubeObject): ClaimVolume[] {
  const volumes = (deployment.spec?.template?.spec?.volumes ?? []) as {
    name: string;
    persistentVolumeClaim?: { claimName: string };
  }[];
  return volumes.flatMap(({ name, persistentVolumeClaim: claim }) =>
    claim ? [{ name, claimName: claim.claimName }] : [],
  );
}

/** The volume that holds the spec's claim, else the only one there is. Throws E5010 when there are several. */
function claimVolume(deployment: KubeObject, claim: string): ClaimVolume {
  const all = claimsOf(deployment);
  const named = all.find((one) => one.claimName === claim);
  if (named) return named;
  requireOne(
    `PersistentVolumeClaim of ${nameOfObject(deployment)}`,
    all.map((one) => one.claimName),
  );
  return all[0] ?? { name: '', claimName: claim };
}

/** Throws E5010 when several objects could be the one that plays a role: none of them is chosen. */
export function requireOne(role: string, candidates: readonly string[]): void {
  if (candidates.length < 2) return;
  throw fail(
    'E5010',
    `The mother has ${candidates.length} candidates for one role (${role}): ${candidates.join(', ')}.`,
    {
      actions: ['name the right one in spec.mother, or remove the others from this role', command('explain', 'E5010')],
      data: { role, candidates },
    },
  );
}

/** By Flux's own labels on the object and the Kustomizations' inventories, which the spec must agree with. Throws E5010 on several. */
async function owningKustomization(
  kube: Kube,
  sovereign: Sovereign,
  object: KubeObject,
): Promise<CatalystOnMother['kustomization']> {
  const given = sovereign.spec.mother.catalyst.kustomization;
  const all = await kube.list({ apiVersion: kustomizationApi, kind: 'Kustomization' });
  const keyOf = ({ namespace, name }: KubeObject['metadata']) => `${namespace}/${name}`;
  const labels = object.metadata.labels ?? {};
  const labeled = `${labels['kustomize.toolkit.fluxcd.io/namespace']}/${labels['kustomize.toolkit.fluxcd.io/name']}`;
  const id = `${object.metadata.namespace}_${object.metadata.name}_apps_Deployment`;
  const owners = all.filter(
    ({ metadata, status }) =>
      keyOf(metadata) === labeled ||
      (status?.inventory?.entries ?? []).some((entry: { id: string }) => entry.id === id),
  );
  requireOne(`Flux Kustomization that applies ${nameOfObject(object)}`, owners.map(nameOfObject));
  const owner = given === undefined ? owners[0] : all.find((one) => keyOf(one.metadata) === given);
  if (given !== undefined && !owner) {
    throw fail('E5001', `Flux Kustomization ${given} was not found on the mother cluster.`, {
      actions: ['correct spec.mother.catalyst.kustomization, or leave it out to have it discovered'],
    });
  }
  if (owner && owners[0])
    requireOne(
      `Flux Kustomization that applies ${nameOfObject(object)}`,
      [...new Set([owner, owners[0]])].map(nameOfObject),
    );
  if (!owner) return undefined;
  const { metadata, spec } = owner;
  return {
    apiVersion: kustomizationApi,
    kind: 'Kustomization',
    namespace: metadata.namespace,
    name: metadata.name,
    suspended: spec?.suspend === true,
    suspend: spec?.suspend,
  };
}
