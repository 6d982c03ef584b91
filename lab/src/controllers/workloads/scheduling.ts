/** Taints and tolerations: where a pod may run, and why it may not. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

// the DaemonSet controller adds these to its pods by itself
const DAEMON_TOLERATES = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
];

// biome-ignore lint/suspicious/noExplicitAny: a pod spec as the API gives it
export function bearsTaints(podSpec: any, node: KubeObject, isDaemon = false): boolean {
  const tolerations = (podSpec?.tolerations ?? []) as {
    key?: string;
    operator?: string;
    value?: string;
    effect?: string;
  }[];
  const taints = ((node.spec?.taints ?? []) as Taint[]).filter((taint) => taint.effect !== 'PreferNoSchedule');
  return taints.every(
    (taint) =>
      (isDaemon && DAEMON_TOLERATES.includes(taint.key)) ||
      tolerations.some(
        (one) =>
          (one.effect === undefined || one.effect === '' || one.effect === taint.effect) &&
          (one.key === undefined || one.key === '' || one.key === taint.key) &&
          (one.operator === 'Exists' || (one.value ?? '') === (taint.value ?? '')),
      ),
  );
}

/** A node for a pod, spread by name; or the scheduler's own words. */
export function placeFor(pod: KubeObject, lab: ReconcileContext): { node: KubeObject } | { reason: string } {
  const nodes = lab.store.list('v1/Node');
  const fixed = pod.spec.nodeName as string | undefined;
  if (fixed) {
    const node = nodes.find((one) => one.metadata.name === fixed);
    return node ? { node } : { reason: `node ${fixed} is gone` };
  }
  const fit = nodes.filter((node) => bearsTaints(pod.spec, node));
  const node = fit[[...pod.metadata.name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % (fit.length || 1)];
  if (node) return { node };
  const taints = [...new Set(nodes.flatMap((one) => ((one.spec?.taints ?? []) as Taint[]).map((taint) => taint.key)))];
  return { reason: `0/${nodes.length} nodes are available: untolerated taint(s) ${taints.join(', ') || 'none'}` };
}
