/** D1: exactly the Blueprints of the WBS, at their pins, their workloads whole, no claim pending, no crash loop; seen twice. */
import { releasesOf } from '../../../blueprints/catalog/releases.js';
import { chartLock } from '../../../blueprints/charts/chart-lock.js';
import { fluxNamespace } from '../../../blueprints/charts/chart-source.js';
import { variablesOf } from '../../../blueprints/render/variables.js';
import { fluxState } from '../../../handover/sovereign/activate.js';
import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { formatDuration } from '../../../support/durations.js';
import type { World } from '../../../world/world.js';
import { type Answer, failed, passed } from '../item.js';
import type { LiveRelease, Look } from '../look.js';
import type { Scope } from '../scope.js';

const apartMs = 30_000;

/**
 * The second look waits until it is 30 s younger than the first. One that was taken before the kill is the first when nothing
 * was wrong in it, so that the experiment fills the time between them.
 */
export async function releasesLive({ world, context, releasesSeen }: Scope): Promise<Answer> {
  const first = releasesSeen?.problems.length === 0 ? releasesSeen : await lookAtReleases(world);
  if (first.problems.length > 0) return failed(first.problems.join('; '), first.releases);
  const left = first.at.getTime() + apartMs - world.clock.now().getTime();
  if (left > 0) {
    context.progress.waiting('a second look at every release, 30 s after the first');
    await world.clock.sleep(left, context.signal);
  }
  const second = await lookAtReleases(world);
  if (second.problems.length > 0) return failed(`second look: ${second.problems.join('; ')}`, second.releases);
  const apart = formatDuration(second.at.getTime() - first.at.getTime());
  const summary = `${world.blueprints.length} Blueprints in ${second.releases.length} releases at their pins, seen twice, ${apart} apart`;
  return passed(summary, {
    seenAt: [first.at.toISOString(), second.at.toISOString()],
    releases: second.releases,
  });
}

export async function lookAtReleases(world: World): Promise<Look> {
  const at = world.clock.now();
  return { at, ...(await look(world)) };
}

async function look(world: World): Promise<Omit<Look, 'at'>> {
  const kube = await world.kube();
  const live = await kube.list({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    namespace: 'flux-system',
  });
  const charts = await kube.list({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    namespace: fluxNamespace,
  });
  const archives = new Map(charts.map(({ metadata, status }) => [metadata.name, status?.artifact?.digest]));
  const problems: string[] = [];
  const releases: LiveRelease[] = [];
  const expected = new Set<string>();
  const lock = chartLock(world.stateDir, world.clock.now);
  // The charts of a lab are stubs of its own, which nobody published.
  const stubs = (await world.identity()).kind === 'lab';
  if (world.blueprints.length !== 24) problems.push(`the catalog has ${world.blueprints.length} Blueprints, not 24`);
  for (const blueprint of world.blueprints) {
    for (const release of releasesOf(blueprint, world.sovereign, variablesOf(world.sovereign))) {
      expected.add(release.name);
      const object = live.find((one) => one.metadata.name === release.name);
      if (!object) {
        problems.push(`HelmRelease ${release.name} is not there`);
        continue;
      }
      const state = fluxState(object);
      if ('pending' in state) problems.push(`HelmRelease ${release.name}: ${state.pending}`);
      const deployed = object.status?.history?.[0];
      const version = String(deployed?.chartVersion ?? object.status?.lastAttemptedRevision ?? '').split('+')[0] ?? '';
      if (version !== release.chart.version)
        problems.push(`${release.name} runs chart ${version || 'none'}, pinned is ${release.chart.version}`);
      const digest = archives.get(`${fluxNamespace}-${release.name}`);
      const wanted = stubs ? undefined : lock.expected(release.chart);
      if (wanted !== undefined && digest !== undefined && digest !== wanted)
        problems.push(
          `${release.name} runs another archive of ${release.chart.name} ${version} (${digest}) than ${wanted}`,
        );
      releases.push({ blueprint: blueprint.name, release: release.name, version, digest: digest ?? deployed?.digest });
    }
  }
  for (const object of live)
    if (object.metadata.name.startsWith('bp-') && !expected.has(object.metadata.name))
      problems.push(`${object.metadata.name} is not one of the 24`);
  problems.push(...(await unwell(kube)));
  return { problems, releases };
}

/** Workloads that are not whole, claims that wait, containers that crash; probes of catalyst aside. */
async function unwell(kube: Kube): Promise<string[]> {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'];
  const workloads = (await Promise.all(kinds.map((kind) => kube.list({ apiVersion: 'apps/v1', kind })))).flat();
  const claims = await kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod' });
  const ours = ({ metadata }: KubeObject) => metadata.namespace?.startsWith('catalyst-probes');
  return [
    ...workloads.filter((one) => !ours(one) && !isWhole(one)).map((one) => `${nameOf(one)} is not rolled out`),
    ...claims.filter((one) => !ours(one) && one.status?.phase === 'Pending').map((one) => `${nameOf(one)} is Pending`),
    ...pods
      .filter((pod) =>
        (pod.status?.containerStatuses ?? []).some(
          (one: { state?: { waiting?: { reason?: string } } }) => one.state?.waiting?.reason === 'CrashLoopBackOff',
        ),
      )
      .map((pod) => `${nameOf(pod)} is in a crash loop`),
  ];
}

function isWhole({ kind, spec, status = {}, metadata }: KubeObject): boolean {
  if (status.observedGeneration !== metadata.generation) return false;
  if (kind === 'DaemonSet') return (status.numberReady ?? 0) >= (status.desiredNumberScheduled ?? 0);
  return (status.readyReplicas ?? 0) >= (spec?.replicas ?? 1);
}

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace}/${metadata.name}`;
