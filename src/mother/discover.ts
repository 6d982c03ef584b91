/** Finds what really runs on the mother: names in the spec are defaults, the live objects decide. */
import type { Sovereign } from '../sovereign/schema.js';
import { fail } from '../support/errors.js';
import type { Kube, KubeObject, KubeRef } from '../tools/kube.js';

export const kustomizationApi = 'kustomize.toolkit.fluxcd.io/v1';

export interface CatalystOnMother {
  namespace: string;
  deployment: KubeRef;
  replicas: number;
  generation: number;
  /** Image of catalyst-api; it holds sh and kubectl, so short Jobs need no other. */
  image: string;
  imagePullSecrets: { name: string }[];
  /** PersistentVolumeClaim with the records, and where catalyst-api mounts it. */
  claim: string;
  mountPath: string;
  /** Flux Kustomization that would scale it up again; undefined when nothing reconciles it. */
  kustomization?: KubeRef & { suspended: boolean };
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
  const container = object.spec?.template?.spec?.containers?.[0] ?? {};
  const volumes = (object.spec?.template?.spec?.volumes ?? []) as {
    name: string;
    persistentVolumeClaim?: { claimName: string };
  }[];
  const volume = volumes.find((one) => one.persistentVolumeClaim?.claimName === claim) ?? volumes.find(hasClaim);
  const mount = (container.volumeMounts ?? []).find((one: { name: string }) => one.name === volume?.name);
  return {
    namespace,
    deployment,
    replicas: object.spec?.replicas ?? 1,
    generation: object.metadata.generation ?? 0,
    image: container.image ?? '',
    imagePullSecrets: object.spec?.template?.spec?.imagePullSecrets ?? [],
    claim: volume?.persistentVolumeClaim?.claimName ?? claim,
    mountPath: mount?.mountPath ?? '/var/lib/catalyst',
    kustomization: await owningKustomization(kube, sovereign, object),
  };
}

const hasClaim = (volume: { persistentVolumeClaim?: unknown }) => volume.persistentVolumeClaim !== undefined;

/** By the spec, else by Flux's own labels on the object, else by the Kustomizations' inventories. */
async function owningKustomization(
  kube: Kube,
  sovereign: Sovereign,
  object: KubeObject,
): Promise<CatalystOnMother['kustomization']> {
  const given = sovereign.spec.mother.catalyst.kustomization?.split('/');
  const labels = object.metadata.labels ?? {};
  const name = given?.[1] ?? labels['kustomize.toolkit.fluxcd.io/name'];
  const namespace = given?.[0] ?? labels['kustomize.toolkit.fluxcd.io/namespace'];
  const all = await kube.list({ apiVersion: kustomizationApi, kind: 'Kustomization' });
  const id = `${object.metadata.namespace}_${object.metadata.name}_apps_Deployment`;
  const owner = name
    ? all.find((one) => one.metadata.name === name && one.metadata.namespace === namespace)
    : all.find((one) => (one.status?.inventory?.entries ?? []).some((entry: { id: string }) => entry.id === id));
  if (given && !owner) {
    throw fail('E5001', `Flux Kustomization ${given.join('/')} was not found on the mother cluster.`, {
      actions: ['correct spec.mother.catalyst.kustomization, or leave it out to have it discovered'],
    });
  }
  if (!owner) return undefined;
  const { metadata, spec } = owner;
  return {
    apiVersion: kustomizationApi,
    kind: 'Kustomization',
    namespace: metadata.namespace,
    name: metadata.name,
    suspended: spec?.suspend === true,
  };
}
