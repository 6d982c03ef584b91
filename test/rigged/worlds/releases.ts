/** D1: what is installed is exactly the 24 Blueprints, at their pins, as their charts specify. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { onReleases, type ReleasesWorld } from '../stages/releases.js';

const pod = (status: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'gitea', name: 'gitea-1' },
  spec: {},
  status: { phase: 'Pending', ...status },
});
const waits = (reason: string) => [{ name: 'main', state: { waiting: { reason } } }];
const gitea = 'Deployment gitea/gitea';
const status = ({ at }: ReleasesWorld, change: object) => Object.assign(at(gitea).status, change);

export const worlds = worldsOn(onReleases, [
  {
    ...{ id: 'release-in-flux-system', item: 'D1', gap: 'one release more beside the others' },
    rigged: 'a 25th HelmRelease in flux-system',
    expected: fail(/bp-extra is not one of the 24/),
    rig: ({ release }) => release('bp-extra', '1.0.0'),
  },
  {
    ...{ id: 'release-elsewhere', item: 'D1', gap: 'a release in a namespace that is not listed' },
    rigged: 'a HelmRelease bp-extra in namespace default',
    expected: fail(/default\/bp-extra is not one of the 24/),
    rig: ({ release }) => release('bp-extra', '1.0.0', { namespace: 'default' }),
  },
  {
    ...{ id: 'release-without-prefix', item: 'D1', gap: 'a release of another name' },
    rigged: 'a HelmRelease in flux-system whose name does not begin like a Blueprint',
    expected: fail(/flux-system\/dashboard is not one of the 24/),
    rig: ({ release }) => release('dashboard', '1.0.0'),
  },
  {
    ...{ id: 'release-by-helm', item: 'D1', gap: 'a release that Flux does not know' },
    rigged: 'somebody ran `helm install` in namespace tools',
    expected: fail(/tools\/debug \(toolbox 3\.0\.0\) is not one of the 24/),
    rig: ({ record }) => record({ namespace: 'tools', name: 'debug', chart: 'toolbox', version: '3.0.0' }),
  },
  {
    ...{ id: 'release-as-organization', item: 'D1', gap: 'a release that looks like an Organization' },
    rigged: 'a release vcluster in namespace org-acme that runs another chart',
    expected: fail(/org-acme\/vcluster is not one of the 24/),
    rig: ({ release }) => release('vcluster', '1.0.0', { namespace: 'org-acme', chart: 'toolbox' }),
  },
  {
    ...{ id: 'release-missing', item: 'D1', gap: 'a release less' },
    rigged: 'the HelmRelease of Valkey is gone',
    expected: fail(/HelmRelease bp-valkey is not there/),
    rig: ({ cluster }) => cluster.objects.delete('HelmRelease flux-system/bp-valkey'),
  },
  {
    ...{ id: 'release-version', item: 'D1', gap: 'another version' },
    rigged: 'Valkey runs another version of its chart',
    expected: fail(/bp-valkey runs chart 0\.0\.1/),
    rig: ({ at }) =>
      Object.assign(at('HelmRelease flux-system/bp-valkey').status.history[0], { chartVersion: '0.0.1' }),
  },
  {
    ...{ id: 'release-record', item: 'D1', gap: 'the status of Flux and the record of Helm disagree' },
    rigged: 'Helm’s own record says that Harbor runs another chart',
    expected: fail(/bp-harbor runs harbor 0\.0\.1 by its record/),
    rig: ({ record }) => record({ namespace: 'harbor', name: 'harbor', chart: 'harbor', version: '0.0.1' }),
  },
  {
    ...{ id: 'chart-digest', item: 'D1', gap: 'another archive under the pinned version' },
    rigged: 'Harbor runs another archive of its chart under the same version',
    expected: fail(/bp-harbor runs another archive of harbor/),
    rig: ({ archive }) => archive('bp-harbor', `sha256:${'0'.repeat(64)}`),
  },
  {
    ...{ id: 'chart-digest-unknown', item: 'D1', gap: 'nobody knows which archive runs' },
    rigged: 'the cluster does not say which archive Harbor runs',
    expected: notChecked(/bp-harbor does not say which archive it runs/),
    rig({ cluster, at }) {
      cluster.objects.delete('HelmChart flux-system/flux-system-bp-harbor');
      delete at('HelmRelease flux-system/bp-harbor').status.history[0].digest;
    },
  },
  {
    ...{ id: 'release-suspended', item: 'D1', gap: 'suspended' },
    rigged: 'the release of Gitea is suspended',
    expected: fail(/HelmRelease bp-gitea is suspended/),
    rig: ({ at }) => Object.assign(at('HelmRelease flux-system/bp-gitea').spec, { suspend: true }),
  },
  {
    ...{ id: 'release-not-observed', item: 'D1', gap: 'Ready of an earlier generation' },
    rigged: 'the release of Gitea was changed and is Ready at its former generation only',
    expected: fail(/bp-gitea: its controller has not observed/),
    rig: ({ at }) => Object.assign(at('HelmRelease flux-system/bp-gitea').metadata, { generation: 2 }),
  },
  {
    ...{ id: 'release-deleted', item: 'D1', gap: 'being deleted' },
    rigged: 'the release of Gitea is being deleted and waits for a finalizer; its conditions are those of before',
    expected: fail(/HelmRelease bp-gitea is being deleted/),
    rig: ({ at }) =>
      Object.assign(at('HelmRelease flux-system/bp-gitea').metadata, { deletionTimestamp: '2026-11-30T00:00:00Z' }),
  },
  {
    ...{ id: 'workload-to-zero', item: 'D1', gap: 'replicas that the chart does not specify' },
    rigged: 'a Deployment of Gitea is scaled to 0 by hand, and is rolled out with none',
    expected: fail(/Deployment gitea\/gitea is scaled to 0; its chart specifies 2/),
    rig({ at }) {
      at(gitea).spec.replicas = 0;
      Object.assign(at(gitea).status, { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 });
    },
  },
  {
    ...{ id: 'workload-gone', item: 'D1', gap: 'a workload of a release is gone' },
    rigged: 'somebody deleted a Deployment of Gitea; its release is Ready as before',
    expected: fail(/Deployment gitea\/gitea is gone/),
    rig: ({ cluster }) => cluster.objects.delete(gitea),
  },
  {
    ...{ id: 'workload-stuck', item: 'D1', gap: 'a rollout that is stuck behind old Pods' },
    rigged: 'the new template of Gitea never comes up; old Pods still serve',
    expected: fail(/Deployment gitea\/gitea is not rolled out: 1 Pods have the former template/),
    rig: (world) => status(world, { replicas: 3, updatedReplicas: 2 }),
  },
  {
    ...{ id: 'workload-set-stuck', item: 'D1', gap: 'a StatefulSet with a Pod of the former template' },
    rigged: 'one Pod of a StatefulSet still has the former template, and no revision says so',
    expected: fail(/StatefulSet openbao\/openbao is not rolled out: 1 Pods have the former template/),
    rig: ({ at }) => Object.assign(at('StatefulSet openbao/openbao').status, { replicas: 3 }),
  },
  {
    ...{ id: 'workload-deadline', item: 'D1', gap: 'a rollout that its controller has given up' },
    rigged: 'the rollout of Gitea exceeded its deadline',
    expected: fail(/is stuck: ProgressDeadlineExceeded/),
    rig: (world) =>
      status(world, { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }),
  },
  {
    ...{ id: 'pod-image', item: 'D1', gap: 'an image that is not pulled' },
    rigged: 'a Pod of Gitea waits for an image that nobody has',
    expected: fail(/gitea-1 does not start: main has ImagePullBackOff/),
    rig: ({ cluster }) => cluster.put(pod({ containerStatuses: waits('ImagePullBackOff') })),
  },
  {
    ...{ id: 'pod-init', item: 'D1', gap: 'an init container that fails' },
    rigged: 'the init container of a Pod of Gitea crashes',
    expected: fail(/gitea-1 is in a crash loop/),
    rig: ({ cluster }) => cluster.put(pod({ initContainerStatuses: waits('CrashLoopBackOff') })),
  },
  {
    ...{ id: 'pod-unscheduled', item: 'D1', gap: 'a Pod without a node' },
    rigged: 'a Pod of Gitea fits on no node',
    expected: fail(/gitea-1 is not scheduled: Insufficient cpu/),
    rig: ({ cluster }) =>
      cluster.put(pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }] })),
  },
  {
    ...{ id: 'claim-pending', item: 'D1', gap: 'a claim without a volume' },
    rigged: 'a PersistentVolumeClaim is Pending',
    expected: fail(/PersistentVolumeClaim gitea\/data is Pending/),
    rig: ({ cluster }) =>
      cluster.put({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace: 'gitea', name: 'data' },
        status: { phase: 'Pending' },
      }),
  },
]);
