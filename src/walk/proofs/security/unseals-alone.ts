/**
 * #316: OpenBao is unsealed, comes back unsealed after a Pod restart with nobody's help, takes a policy and a role that the first boot did
 * not have, stores every sealing key, and its audit log reaches Object Storage.
 */

import type { Mutation } from '../../../engine/mutation.js';
import { nameOf } from '../../../kubernetes/readiness.js';
import { waitForRollout } from '../../../kubernetes/rollout.js';
import { bucketName } from '../../../sovereign/object-storage.js';
import { waitUntil } from '../../../support/wait.js';
import { sealingKeys } from '../../credentials/sealing-keys.js';
import { cronJobMutations, runCronJob } from '../../probes/cron-job.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'openbao', name: 'openbao-0' };
const evicts: Mutation = {
  target: { system: 'sovereign', kind: 'Pod', name: pod.name, namespace: pod.namespace },
  sentence: 'delete Pod openbao/openbao-0 to see it come back unsealed',
};

/** What writes policies and roles, and, with one of these, the sealing keys. */
const policies = { namespace: 'openbao', name: 'openbao-policies' };
const sealing = { namespace: 'openbao', name: 'sealing-keys' };

/** What OpenBao answers about its seal, to a Pod. */
export const sealStatus: ProbeJob = {
  name: 'openbao-status',
  image: probeImages.shell,
  env: { BAO_ADDR: 'http://openbao.openbao.svc.cluster.local:8200' },
  script:
    'curl -fsS --retry 30 --retry-delay 2 --retry-all-errors "$BAO_ADDR/v1/sys/seal-status" > /dev/termination-log',
};

export const unsealsAlone: ProofOf = (world) => ({
  plan: () => [
    ...probeJobMutations(sealStatus),
    evicts,
    ...probeJobMutations(sealStatus),
    ...cronJobMutations(policies),
    ...cronJobMutations(sealing),
  ],
  async take(context) {
    const kube = await world.kube();
    const look = async (when: string) => {
      const seen = await runProbe<{ initialized: boolean; sealed: boolean }>(kube, context, sealStatus);
      if (!seen.initialized || seen.sealed)
        throw disproved(
          '#316',
          `OpenBao initialized and unsealed ${when}`,
          `initialized=${seen.initialized} sealed=${seen.sealed}`,
        );
    };
    await look('now');
    const before = (await kube.get(pod))?.metadata.uid;
    await context.act(evicts, async (writers) => (await writers.sovereign()).delete(pod));
    await kube.waitFor<true>(pod, {
      reason: 'Pod openbao/openbao-0 back',
      timeoutMs: 300_000,
      look: (object) =>
        object && object.metadata.uid !== before ? { done: true } : { pending: 'the old Pod is still there' },
    });
    await waitForRollout(kube, [{ kind: 'StatefulSet', namespace: 'openbao', name: 'openbao' }], 300_000);
    await look('after a restart');
    await runCronJob(kube, context, policies);
    // Its role is one of those that were added just now.
    await runCronJob(kube, context, sealing);
    const report = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', ...sealing });
    const missing = (await sealingKeys(kube)).filter(({ metadata }) => report?.data?.[metadata.name] === undefined);
    if (missing.length > 0)
      throw disproved('#316', 'every sealing key in OpenBao', `without ${missing.map(nameOf).join(', ')}`);
    const bucket = bucketName(world.sovereign.spec, 'openbao');
    const store = await world.objectStore();
    const objects = await waitUntil<number>({
      reason: `the audit log in ${bucket}`,
      timeoutMs: 300_000,
      clock: world.clock,
      signal: world.signal,
      look: async () => {
        const audit = (await store.list(bucket)).filter((object) => object.size > 0 && /audit/.test(object.key));
        return audit.length > 0 ? { done: audit.length } : { pending: `no audit object in ${bucket} yet` };
      },
    });
    return {
      summary: `unsealed, again so after a Pod restart; took a policy and a role; has ${Object.keys(report?.data ?? {}).length} sealing keys; ${objects} audit objects in ${bucket}`,
      facts: { bucket, objects },
    };
  },
});
