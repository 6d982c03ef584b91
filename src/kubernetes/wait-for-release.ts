/** Waits for a HelmRelease by watch; ends at once on a state that Flux will not leave by itself. */
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Kube, KubeObject, KubeRef } from './client/kube.js';
import { readinessOf } from './readiness.js';

export function waitForRelease(kube: Kube, ref: KubeRef, timeoutMs: number): Promise<KubeObject> {
  return kube.waitFor<KubeObject>(ref, {
    reason: `HelmRelease ${ref.namespace}/${ref.name} Ready`,
    timeoutMs,
    look: (release) => judgeRelease(ref, release),
  });
}

/** Pure: Ready at its observed generation, why not yet, or E4009 when it never will be. */
export function judgeRelease(
  ref: KubeRef,
  release: KubeObject | undefined,
): { done: KubeObject } | { pending: string } {
  if (!release) return { pending: 'there is no such HelmRelease yet' };
  const seen = readinessOf(release);
  if ('failed' in seen) {
    const where = `${ref.name} -n ${ref.namespace}`;
    const suspended = release.spec?.suspend === true;
    throw fail('E4009', `${seen.failed}.`, {
      actions: [
        suspended ? `flux resume helmrelease ${where}` : `kubectl describe helmrelease ${where}`,
        command('resume'),
      ],
    });
  }
  return 'ready' in seen ? { done: release } : seen;
}
