/** #382: a workload is given an SVID in the Sovereign's trust domain. */
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

const job: ProbeJob = {
  name: 'spire-svid',
  image: 'ghcr.io/spiffe/spire-agent:1.13.3',
  volumes: [{ volume: { csi: { driver: 'csi.spiffe.io', readOnly: true } }, mountPath: '/spiffe-workload-api' }],
  script: `out=$(/opt/spire/bin/spire-agent api fetch x509 -socketPath /spiffe-workload-api/spire-agent.sock -output json) || exit 1
id=$(echo "$out" | grep -o 'spiffe://[^"]*' | head -n 1)
printf '{"spiffeId":"%s"}' "$id" > /dev/termination-log`,
};

export const workloadHasIdentity: ProofOf = (world) => ({
  plan: () => probeJobMutations(job),
  async take(context) {
    const { fqdn } = world.sovereign.spec;
    const { spiffeId } = await runProbe<{ spiffeId: string }>(await world.kube(), context, job);
    if (!spiffeId?.startsWith(`spiffe://${fqdn}/`))
      throw disproved('#382', `an identity in spiffe://${fqdn}/`, spiffeId || 'none');
    return { summary: `a workload was given ${spiffeId}`, facts: { spiffeId } };
  },
});
