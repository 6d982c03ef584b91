/** #382: a workload is given an SVID in the Sovereign's trust domain, by the program that the agents themselves are. */

import { z } from 'zod';
import type { Kube } from '../../../kubernetes/client/kube.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

/** Some distributions append to the minor version: `35+`. */
const versionShape = z.object({
  major: z.coerce.number(),
  minor: z.string().transform((text) => Number.parseInt(text, 10)),
});

/** The agents' image has one program and no shell: it is mounted into one that has a shell (image volumes: Kubernetes 1.35, containerd 2.1). */
const job = (agentImage: string): ProbeJob => ({
  name: 'spire-svid',
  image: probeImages.shell,
  volumes: [
    { volume: { csi: { driver: 'csi.spiffe.io', readOnly: true } }, mountPath: '/spiffe-workload-api' },
    { volume: { image: { reference: agentImage, pullPolicy: 'IfNotPresent' } }, mountPath: '/spire-agent-image' },
  ],
  // The entry of a new Pod reaches its agent some seconds after the Pod runs; until then it is denied.
  script: `agent=/spire-agent-image/opt/spire/bin/spire-agent
for try in $(seq 30); do
  out=$("$agent" api fetch x509 -socketPath /spiffe-workload-api/spire-agent.sock -output json 2>/tmp/why) && break
  out=
  sleep 2
done
if [ -z "$out" ]; then tail -c 400 /tmp/why > /dev/termination-log; exit 1; fi
id=$(echo "$out" | grep -o 'spiffe://[^"]*' | head -n 1)
printf '{"spiffeId":"%s"}' "$id" > /dev/termination-log`,
  timeoutMs: 180_000,
});

export const workloadHasIdentity: ProofOf = (world) => ({
  plan: () => probeJobMutations(job('')),
  async take(context) {
    const { fqdn } = world.sovereign.spec;
    const kube = await world.kube();
    await requireImageVolumes(kube);
    const image = await agentImage(kube);
    const { spiffeId } = await runProbe<{ spiffeId: string }>(kube, context, job(image));
    if (!spiffeId?.startsWith(`spiffe://${fqdn}/`))
      throw disproved('#382', `an identity in spiffe://${fqdn}/`, spiffeId || 'none');
    return { summary: `a workload was given ${spiffeId}`, facts: { spiffeId, agent: image } };
  },
});

/** As the agents run it now: from wherever it is pulled, and in their version. */
async function agentImage(kube: Kube): Promise<string> {
  const agents = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'spire-system', name: 'spire-agent' };
  const set = await kube.get(agents);
  const containers = (set?.spec?.template?.spec?.containers ?? []) as { name: string; image: string }[];
  const agent = containers.find(({ name }) => name === 'spire-agent') ?? containers[0];
  if (!agent) throw disproved('#382', `DaemonSet ${agents.namespace}/${agents.name}`, 'none');
  return agent.image;
}

/** An older API server drops such a volume, and then refuses the Job for a volume of no kind. */
async function requireImageVolumes(kube: Kube): Promise<void> {
  const { major, minor } = versionShape.parse(JSON.parse((await kube.raw('/version')).body));
  if (major > 1 || minor >= 35) return;
  throw disproved('#382', 'Kubernetes 1.35 or later, which mounts images as volumes', `${major}.${minor}`);
}
