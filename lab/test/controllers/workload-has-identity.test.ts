/** #382 on the emulated SPIRE, and what the proof of before met there. */
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { probeJobObject } from '../../../src/walk/probes/probe-job.js';
import { workloadHasIdentity } from '../../../src/walk/proofs/security/workload-has-identity.js';
import { omantel } from '../../../test/unit/blueprints/rig.js';
import { crd } from '../../src/controllers/crd.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';
import { takeProof } from './proof-rig.js';

const { fqdn } = omantel().spec;
const agentImage = 'ghcr.io/spiffe/spire-agent:1.15.2';
let lab: Cluster;

const begin = async () => {
  lab = await cluster();
  for (const name of ['kube-system', 'spire-system', 'catalyst-probes', 'flux-system'])
    await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  await lab.kube.apply(crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'Namespaced'));
  await lab.kube.apply(workload('StatefulSet', 'spire-system', 'spire-server'));
  const containers = [{ name: 'spire-agent', image: agentImage }];
  await lab.kube.apply(workload('DaemonSet', 'spire-system', 'spire-agent', { containers }));
  const agents = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'spire-system', name: 'spire-agent' };
  await lab.until(agents, (object) => (object?.status?.numberReady ?? 0) > 0);
  const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
  const values = { global: { spire: { trustDomain: fqdn } } };
  await lab.kube.apply({
    ...release,
    metadata: { name: 'bp-spire', namespace: 'flux-system' },
    spec: { suspend: true, values },
  });
  await lab.kube.patchStatus(
    { ...release, namespace: 'flux-system', name: 'bp-spire' },
    { conditions: [{ type: 'Ready', status: 'True', reason: 'InstallSucceeded', message: '' }] },
  );
};
afterEach(() => lab.close());

/** How the probe's Pod ends, with another image, script or volumes. */
const ends = async (change: { image?: string; script?: string; agent?: string }) => {
  const { image = 'curlimages/curl:8.17.0', script = 'spire-agent api fetch x509', agent = agentImage } = change;
  const job = probeJobObject({
    name: 'spire-svid',
    image,
    script,
    volumes: [
      { volume: { csi: { driver: 'csi.spiffe.io' } }, mountPath: '/spiffe-workload-api' },
      { volume: { image: { reference: agent } }, mountPath: '/spire-agent-image' },
    ],
  });
  await lab.kube.apply(job);
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'catalyst-probes', name: 'probe-spire-svid' };
  await lab.until(ref, (object) => (object?.status?.failed ?? 0) + (object?.status?.succeeded ?? 0) > 0);
  const [pod] = (await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'catalyst-probes' })) as KubeObject[];
  return pod!.status.containerStatuses[0].state.terminated as { exitCode: number; message: string };
};

test('a workload is given an identity by the program of the agents, some time after its Pod has started', async () => {
  await begin();
  const { evidence, planned, sentences } = await takeProof(workloadHasIdentity, lab);
  expect(evidence.facts).toEqual({
    spiffeId: `spiffe://${fqdn}/ns/catalyst-probes/sa/default`,
    agent: agentImage,
  });
  expect(sentences).toEqual(planned);
});

test('an image that is one program has no shell for the probe', async () => {
  await begin();
  expect(await ends({ image: agentImage })).toMatchObject({
    exitCode: 128,
    message: expect.stringContaining('exec: "sh": executable file not found'),
  });
});

test('a probe that tries once is denied: its entry comes later', async () => {
  await begin();
  expect(await ends({})).toMatchObject({ exitCode: 1, message: expect.stringContaining('PermissionDenied') });
});

test('the program is in the image of the agents and in no other', async () => {
  await begin();
  expect(await ends({ agent: 'ghcr.io/spiffe/spire-server:1.15.2' })).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('not found'),
  });
});
