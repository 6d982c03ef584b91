/** What Deployments, StatefulSets, DaemonSets and Jobs have in common: templates, their hash, pods made from them. */
import { randomBytes } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { hashOf } from 'catalyst/support/hash.js';
import { ownedBy, type ReconcileContext } from '../reconciler.js';

export const POD = 'v1/Pod';

export const suffix = (length = 5): string =>
  [...randomBytes(length)].map((byte) => 'bcdfghjklmnpqrstvwxz2456789'[byte % 27]).join('');

/** Short hash of a pod template; the same template always has the same one. */
export const templateHash = (template: unknown): string => hashOf(template ?? {}).slice(0, 10);

export function podsOf(lab: ReconcileContext, owner: KubeObject): KubeObject[] {
  return lab.store
    .list(POD, owner.metadata.namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid));
}

export const isLive = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp === undefined;

export function isReady(object: KubeObject): boolean {
  const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

export interface PodRequest {
  name: string;
  labels?: Record<string, string>;
  nodeName?: string;
  /** PersistentVolumeClaims by volume name, for StatefulSets. */
  claims?: Record<string, string>;
}

/** A pod of a template, owned by a workload. */
export function podFrom(owner: KubeObject, template: KubeObject, request: PodRequest): KubeObject {
  const claims = Object.entries(request.claims ?? {}).map(([name, claimName]) => ({
    name,
    persistentVolumeClaim: { claimName },
  }));
  const kept = (template.spec?.volumes ?? []).filter((volume: { name: string }) => !request.claims?.[volume.name]);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: request.name,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...request.labels },
      annotations: template.metadata?.annotations,
      // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
      ownerReferences: [ownedBy(owner) as any],
    },
    spec: {
      serviceAccountName: 'default',
      restartPolicy: 'Always',
      ...template.spec,
      volumes: [...kept, ...claims],
      ...(request.nodeName ? { nodeName: request.nodeName } : {}),
    },
  };
}

/** Labels of a selector all present on an object. */
export function matches(selector: Record<string, unknown> | undefined, labels: Record<string, string> = {}): boolean {
  const wanted = Object.entries((selector ?? {}) as Record<string, string>);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** A metav1.LabelSelector; an empty one selects everything. */
export function selects(
  selector:
    | {
        matchLabels?: Record<string, string>;
        matchExpressions?: { key: string; operator: string; values?: string[] }[];
      }
    | undefined,
  labels: Record<string, string> = {},
): boolean {
  const byLabels = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    byLabels &&
    (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key in labels;
      if (operator === 'DoesNotExist') return !(key in labels);
      const among = labels[key] !== undefined && values.includes(labels[key]);
      return operator === 'In' ? among : !among;
    })
  );
}
