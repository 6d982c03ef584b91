/** Waits for a HelmRelease by watch; ends at once on a state that Flux will not leave by itself. */
import { fail } from '../support/errors.js';
import type { Kube, KubeObject, KubeRef } from '../tools/kube.js';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}

/** Reasons after which Flux retries only when something changes. */
const final = ['RetriesExceeded', 'TerminalError', 'InvalidChartReference', 'AccessDenied'];

export function waitForRelease(kube: Kube, ref: KubeRef, timeoutMs: number): Promise<KubeObject> {
  return kube.waitFor<KubeObject>(ref, {
    reason: `HelmRelease ${ref.namespace}/${ref.name} Ready`,
    timeoutMs,
    look: (release) => judgeRelease(ref, release),
  });
}

/** Pure: Ready at its observed generation, why not yet, or an error when it never will be. */
export function judgeRelease(
  ref: KubeRef,
  release: KubeObject | undefined,
): { done: KubeObject } | { pending: string } {
  if (!release) return { pending: 'there is no such HelmRelease yet' };
  if (release.spec?.suspend === true) {
    throw fail('E4009', `HelmRelease ${ref.namespace}/${ref.name} is suspended; Flux will not touch it.`, {
      actions: [`flux resume helmrelease ${ref.name} -n ${ref.namespace}`, 'catalyst resume'],
    });
  }
  const conditions: Condition[] = release.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const current = release.status?.observedGeneration === release.metadata.generation;
  if (ready?.status === 'True' && current) return { done: release };
  const stalled = conditions.find((condition) => condition.type === 'Stalled' && condition.status === 'True');
  if (current && (stalled || (ready?.status === 'False' && final.includes(ready.reason ?? '')))) {
    const why = stalled ?? ready;
    throw fail(
      'E4009',
      `HelmRelease ${ref.namespace}/${ref.name} cannot go on: ${why?.reason}: ${ready?.message ?? why?.message ?? ''}`,
      {
        actions: [`kubectl describe helmrelease ${ref.name} -n ${ref.namespace}`, 'catalyst resume'],
      },
    );
  }
  return {
    pending: ready
      ? `${ready.reason ?? 'not Ready'}: ${(ready.message ?? '').slice(0, 160)}`
      : 'Flux has not looked yet',
  };
}
