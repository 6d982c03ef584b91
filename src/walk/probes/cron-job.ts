/** A CronJob of the tree, run now as a Job of its own: a proof cannot wait for its hour. */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { conditionOf } from '../../kubernetes/readiness.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Acting } from '../../world/step.js';
import { makeProbe, removeLeftovers, removeProbe } from './probe-objects.js';

interface CronJob {
  namespace: string;
  name: string;
}

const jobOf = ({ namespace, name }: CronJob, spec: unknown): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: `probe-${name}`, namespace, labels: { 'app.kubernetes.io/managed-by': 'catalyst' } },
  spec,
});

/** Plan of `runCronJob` for the same CronJob. */
export function cronJobMutations(of: CronJob): Mutation[] {
  const ref = refOfObject(jobOf(of, {}));
  return [makeProbe(ref), removeProbe(ref)];
}

/** Throws E4009 when there is no such CronJob, or its Job fails. */
export async function runCronJob(kube: Kube, { act, undo }: Acting, of: CronJob): Promise<void> {
  const cronJob = await kube.get({ apiVersion: 'batch/v1', kind: 'CronJob', ...of });
  if (!cronJob)
    throw fail('E4009', `The Sovereign has no CronJob ${of.namespace}/${of.name}.`, { actions: [command('resume')] });
  const job = jobOf(of, cronJob['spec'].jobTemplate.spec);
  const ref = refOfObject(job);
  // A Job that a killed run left cannot be applied over: its Pod spec is immutable.
  await removeLeftovers(kube, { act, undo }, [job]);
  await act(makeProbe(ref), async (writers) => (await writers.sovereign()).apply([job], { forceConflicts: true }));
  try {
    await kube.waitFor<true>(ref, {
      reason: `Job ${of.namespace}/${ref.name}`,
      timeoutMs: 300_000,
      look: (seen) => {
        const failed = seen && conditionOf(seen, 'Failed');
        if (failed?.status === 'True')
          throw fail(
            'E4009',
            `The Job of CronJob ${of.namespace}/${of.name} failed: ${failed.message ?? failed.reason}.`,
            {
              actions: [`kubectl -n ${of.namespace} logs --selector app.kubernetes.io/name=${of.name}`],
            },
          );
        return (seen?.status?.succeeded ?? 0) > 0 ? { done: true } : { pending: `Job ${ref.name} has not ended` };
      },
    });
  } finally {
    await undo.act(removeProbe(ref), async (writers) => (await writers.sovereign()).delete(ref));
  }
}
