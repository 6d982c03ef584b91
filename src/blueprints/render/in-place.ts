/**
 * What Kubernetes never changes in an object that exists. A Job is made to be run again: the tree lets whoever applies it replace it.
 * Everything else has data or connections behind it: the lint refuses what would have to be replaced.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { isMap } from './merge.js';

/** By this kustomize-controller deletes and creates again what an apply cannot change (EnabledValue in its api/v1). */
const forceAnnotation = 'kustomize.toolkit.fluxcd.io/force';

/** A Job of the tree, marked as one that may be replaced; other objects as they are. */
export function replaceable(object: KubeObject): KubeObject {
  if (object.kind !== 'Job') return object;
  const annotations = { ...object.metadata.annotations, [forceAnnotation]: 'enabled' };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** True when it may be deleted to be applied in another form. */
export const mayBeReplaced = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[forceAnnotation] === 'enabled';

/** Fields of this object that no apply can change, each with why; none when it may be replaced. */
export function fixedFields(object: KubeObject): { path: string; why: string }[] {
  if (mayBeReplaced(object)) return [];
  const spec = isMap(object['spec']) ? object['spec'] : {};
  if (object.kind === 'Job') return [{ path: 'spec.template', why: 'the Pod template of a Job' }];
  if (object.kind === 'StatefulSet' && spec['volumeClaimTemplates'] !== undefined)
    return [{ path: 'spec.volumeClaimTemplates', why: 'the claim templates of a StatefulSet' }];
  if (object.kind === 'Service' && ![undefined, '', 'None'].includes(spec['clusterIP'] as string | undefined))
    return [{ path: 'spec.clusterIP', why: 'the address of a Service' }];
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind)) return [];
  const labels = (spec['selector'] as { matchLabels?: Record<string, string> } | undefined)?.matchLabels ?? {};
  return Object.keys(labels)
    .filter((label) => volatile.test(label))
    .map((label) => ({ path: `spec.selector.matchLabels.${label}`, why: `the selector of a ${object.kind}` }));
}

/** Labels whose value follows a version or a hash. */
const volatile = /(^|[/.-])(version|chart|hash|sha|revision|tag)$/;
