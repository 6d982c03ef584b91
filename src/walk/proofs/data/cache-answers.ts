/** bp-valkey: PING answers with the password and is refused without. */
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

/** Runs where the Secret is; the password comes by environment (REDISCLI_AUTH), not by argument. */
const job: ProbeJob = {
  name: 'valkey-ping',
  image: probeImages.valkey,
  namespace: 'valkey',
  secretEnv: { PASSWORD: { secret: 'valkey-users', key: 'default' } },
  env: { HOST: 'valkey.valkey.svc.cluster.local' },
  script: `with=$(REDISCLI_AUTH="$PASSWORD" valkey-cli -h "$HOST" PING 2>/dev/null)
without=$(valkey-cli -h "$HOST" PING 2>&1 | head -n 1)
printf '{"withAuth":"%s","withoutAuth":"%s"}' "$with" "$without" > /dev/termination-log`,
};

export const cacheAnswers: ProofOf = (world) => ({
  plan: () => probeJobMutations(job),
  async take(context) {
    const seen = await runProbe<{ withAuth: string; withoutAuth: string }>(await world.kube(), context, job);
    if (seen.withAuth !== 'PONG') throw disproved('bp-valkey', 'PONG with the password', seen.withAuth || 'nothing');
    if (!/NOAUTH/.test(seen.withoutAuth))
      throw disproved('bp-valkey', 'NOAUTH without the password', seen.withoutAuth || 'nothing');
    return { summary: 'PING answers with the password and is refused without', facts: { ...seen } };
  },
});
