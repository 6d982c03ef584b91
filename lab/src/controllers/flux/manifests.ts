/** Applies rendered objects as Flux does: ordered, namespaced, labeled with their owner; removes what fell out. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';
import { CRD, isEstablished } from '../store.js';

const CLUSTER_SCOPED = new Set(
  [
    'Namespace Node PersistentVolume ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass PriorityClass',
    'IngressClass MutatingWebhookConfiguration ValidatingWebhookConfiguration ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding APIService CSIDriver RuntimeClass CertificateSigningRequest FlowSchema',
  ].flatMap((line) => line.split(' ')),
);

const ORDER = [
  'Namespace CustomResourceDefinition NetworkPolicy ResourceQuota LimitRange ServiceAccount Secret ConfigMap StorageClass',
  'PersistentVolume PersistentVolumeClaim ClusterRole ClusterRoleBinding Role RoleBinding Service DaemonSet Pod ReplicaSet',
  'Deployment StatefulSet Job CronJob Ingress APIService',
].flatMap((line) => line.split(' '));
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const rank = (object: KubeObject): number => {
  const at = ORDER.indexOf(object.kind);
  return LAST.includes(object.kind) ? 1000 : at >= 0 ? at : 500;
};

export const inOrder = (objects: readonly KubeObject[]): KubeObject[] => [...objects].sort((a, b) => rank(a) - rank(b));

export function isClusterScoped(object: KubeObject, lab: Pick<ReconcileContext, 'store'>): boolean {
  if (!object.apiVersion.includes('.') || object.apiVersion.includes('.k8s.io/'))
    return CLUSTER_SCOPED.has(object.kind);
  const group = object.apiVersion.split('/')[0];
  const crd = lab.store.list(CRD).find((one) => one.spec.group === group && one.spec.names.kind === object.kind);
  return crd?.spec.scope === 'Cluster';
}

/** The object with its namespace (none when its kind has none) and further labels and annotations. */
export function placed(
  object: KubeObject,
  namespace: string,
  lab: Pick<ReconcileContext, 'store'>,
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  const scope = isClusterScoped(object, lab) ? {} : { namespace: own ?? namespace };
  const { status: _, ...rest } = object;
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...metadata,
      ...scope,
      labels: { ...metadata.labels, ...labels },
      ...(Object.keys({ ...metadata.annotations, ...annotations }).length > 0
        ? { annotations: { ...metadata.annotations, ...annotations } }
        : {}),
    },
  };
}

export const identityOf = (object: KubeObject): string =>
  [
    object.metadata.namespace ?? '',
    object.metadata.name,
    object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '',
    object.kind,
  ].join('_');

/** Applies CRDs and waits until they are served, by the watch that the store keeps. */
export async function applyCrds(
  crds: readonly KubeObject[],
  lab: ReconcileContext,
  fieldManager: string,
): Promise<void> {
  for (const crd of crds) await lab.apply(crd, fieldManager);
  for (let tries = 0; tries < 200; tries += 1) {
    const waiting = crds.filter((crd) => {
      const seen = lab.store.get(CRD, undefined, crd.metadata.name);
      return !seen || !isEstablished(seen);
    });
    if (waiting.length === 0) return;
    await lab.clock.sleep(25, lab.signal);
  }
  throw new Error(`CustomResourceDefinitions are not established: ${crds.map((crd) => crd.metadata.name).join(', ')}`);
}

/** Deletes objects of `before` that are not in `now`; ones kept by policy stay. */
export async function prune(
  before: readonly KubeObject[],
  now: readonly KubeObject[],
  lab: ReconcileContext,
): Promise<void> {
  const kept = new Set(now.map(identityOf));
  for (const object of inOrder(before).reverse()) {
    if (kept.has(identityOf(object))) continue;
    if (object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') continue;
    if (object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/prune'] === 'disabled') continue;
    await lab.remove(object);
  }
}
