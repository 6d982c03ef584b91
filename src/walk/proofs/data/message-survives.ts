/** #375: a message published to JetStream is there after a restart of the StatefulSet. */
import { randomBytes } from 'node:crypto';
import { restartAndWait, restartMutation } from '../../install/restart-workload.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

const workload = { kind: 'StatefulSet' as const, namespace: 'nats', name: 'nats' };
const image = 'natsio/nats-box:0.19.2';
const server = 'nats://nats.nats.svc.cluster.local:4222';

const publish = (message: string): ProbeJob => ({
  name: 'nats-publish',
  image,
  env: { NATS_URL: server, MESSAGE: message },
  script: `set -e
nats stream rm -f catalyst-probe >/dev/null 2>&1 || true
nats stream add catalyst-probe --subjects catalyst.probe --storage file --replicas 1 --defaults >/dev/null
nats request catalyst.probe "$MESSAGE" --timeout 10s >/dev/null
printf '{"published":"%s"}' "$MESSAGE" > /dev/termination-log`,
});

const consume: ProbeJob = {
  name: 'nats-consume',
  image,
  env: { NATS_URL: server },
  script: `set -e
message=$(nats stream get catalyst-probe -S catalyst.probe --json | sed -n 's/.*"data": *"\\([^"]*\\)".*/\\1/p' | base64 -d)
nats stream rm -f catalyst-probe >/dev/null
printf '{"message":"%s"}' "$message" > /dev/termination-log`,
};

export const messageSurvives: ProofOf = (world) => ({
  plan: () => [...probeJobMutations(publish('')), restartMutation(workload), ...probeJobMutations(consume)],
  async take(context) {
    const kube = await world.kube();
    const sent = randomBytes(8).toString('hex');
    await runProbe(kube, context, publish(sent));
    await restartAndWait(kube, context, world.clock, workload);
    const { message } = await runProbe<{ message: string }>(kube, context, consume);
    if (message !== sent) throw disproved('#375', `the message ${sent} after the restart`, message || 'none');
    return { summary: 'a message published before a restart was consumed after it', facts: { message } };
  },
});
