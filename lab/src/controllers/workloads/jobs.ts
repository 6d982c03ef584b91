/** Job → pod → Complete or Failed, with its backoff limit. */
import { condition, conditions } from '../conditions.js';
import { owners, type Rule } from '../reconciler.js';
import { POD, podFrom, podsOf, suffix } from './pods.js';

export const jobs: Rule = {
  name: 'job',
  kind: 'batch/v1/Job',
  also: { [POD]: owners('Job') },
  async reconcile(job, lab) {
    if (job.metadata.deletionTimestamp || job.status?.completionTime || job.spec.suspend) return;
    const ended = ((job.status?.conditions ?? []) as { type: string; status: string }[]).some(
      (one) => (one.type === 'Failed' || one.type === 'Complete') && one.status === 'True',
    );
    if (ended) return;
    const pods = podsOf(lab, job);
    const succeeded = pods.filter((pod) => pod.status?.phase === 'Succeeded').length;
    const failed = pods.filter((pod) => pod.status?.phase === 'Failed').length;
    const active = pods.length - succeeded - failed;
    const startTime =
      job.status?.startTime ??
      lab.clock
        .now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z');
    const counts = { startTime, active, succeeded, failed, ready: active };
    if (succeeded >= (job.spec.completions ?? 1)) {
      const wanted = [
        condition('SuccessCriteriaMet', true, 'CompletionsReached'),
        condition('Complete', true, 'CompletionsReached'),
      ];
      const completionTime = lab.clock
        .now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z');
      await lab.setStatus(job, { ...counts, completionTime, conditions: conditions(job, lab.clock, wanted) });
      return;
    }
    if (failed > (job.spec.backoffLimit ?? 6)) {
      const message = 'Job has reached the specified backoff limit';
      const wanted = [
        condition('FailureTarget', true, 'BackoffLimitExceeded', message),
        condition('Failed', true, 'BackoffLimitExceeded', message),
      ];
      await lab.setStatus(job, { ...counts, conditions: conditions(job, lab.clock, wanted) });
      return;
    }
    if (active === 0) {
      const labels = {
        'batch.kubernetes.io/job-name': job.metadata.name,
        'job-name': job.metadata.name,
        'batch.kubernetes.io/controller-uid': `${job.metadata.uid}`,
      };
      await lab.create(podFrom(job, job.spec.template, { name: `${job.metadata.name}-${suffix()}`, labels }));
      counts.active = 1;
    }
    await lab.setStatus(job, counts);
  },
};
