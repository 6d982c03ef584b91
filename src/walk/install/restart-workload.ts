import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import { waitForRollout } from '../../kubernetes/rollout.js';
import type { Clock } from '../../support/clock.js';
import type { StepContext } from '../../world/step.js';

export function restartMutation(ref: WorkloadRef): Mutation {
  return {
    target: { system: 'sovereign', kind: ref.kind, name: ref.name, namespace: ref.namespace },
    sentence: `restart ${ref.kind} ${ref.namespace}/${ref.name}`,
  };
}

/** What `kubectl rollout restart` does, then waits for the new Pods. */
export async function restartAndWait(
  kube: Kube,
  { act }: Pick<StepContext, 'act'>,
  clock: Clock,
  ref: WorkloadRef,
  timeoutMs = 300_000,
): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': clock.now().toISOString() };
  const object = { apiVersion: 'apps/v1', kind: ref.kind, namespace: ref.namespace, name: ref.name };
  await act(restartMutation(ref), async (writers) =>
    (await writers.sovereign()).patch(object, { spec: { template: { metadata: { annotations } } } }),
  );
  await waitForRollout(kube, [ref], timeoutMs);
}
