/** #375: a message published to JetStream is there after a restart of the StatefulSet, and nobody connects without credentials. */

import { randomBytes } from 'node:crypto';
import { restartAndWait, restartMutation } from '../../install/restart-workload.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

const workload = { kind: 'StatefulSet' as const, namespace: 'nats', name: 'nats' };
const image = probeImages.nats;
const server = 'nats://nats.nats.svc.cluster.local:4222';

const signedIn = {
  image,
  namespace: 'nats',
  secretEnv: { NATS_PASSWORD: { secret: 'nats-auth', key: 'probe' } },
};

const publish = (message: string): ProbeJob => ({
  ...signedIn,
  name: 'nats-publish',
  env: { NATS_URL: server, NATS_USER: 'probe', MESSAGE: message },
  script: `set -e
anonymous=accepted
if ! env -u NATS_USER -u NATS_PASSWORD nats pub catalyst.probe anonymous >/tmp/anonymous 2>&1; then
  grep -qi 'authorization violation' /tmp/anonymous || { head -c 300 /tmp/anonymous > /dev/termination-log; exit 1; }
  anonymous=refused
fi
nats stream rm -f catalyst-probe >/dev/null 2>&1 || true
nats stream add catalyst-probe --subjects catalyst.probe --storage file --replicas 1 --defaults >/dev/null
nats request catalyst.probe "$MESSAGE" --timeout 10s >/dev/null
printf '{"published":"%s","anonymous":"%s"}' "$MESSAGE" "$anonymous" > /dev/termination-log`,
});

const consume: ProbeJob = {
  ...signedIn,
  name: 'nats-consume',
  env: { NATS_URL: server, NATS_USER: 'probe' },
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
    const { anonymous } = await runProbe<{ anonymous: string }>(kube, context, publish(sent));
    if (anonymous !== 'refused')
      throw disproved('#375', 'NATS to refuse a connection without credentials', `it was ${anonymous}`);
    await restartAndWait(kube, context, world.clock, workload);
    const { message } = await runProbe<{ message: string }>(kube, context, consume);
    if (message !== sent) throw disproved('#375', `the message ${sent} after the restart`, message || 'none');
    return {
      summary:
        'a message published before a restart was consumed after it; a connection without credentials was refused',
      facts: { message },
    };
  },
});
