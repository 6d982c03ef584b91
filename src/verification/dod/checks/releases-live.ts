/** D1: exactly the Blueprints of the WBS, at their pins, every workload as its chart specifies it and rolled out; seen twice. */
import { installedReleases } from '../../../kubernetes/helm-record.js';
import type { SinglePoint } from '../../../kubernetes/single-points.js';
import { formatDuration } from '../../../support/durations.js';
import type { World } from '../../../world/world.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { LiveRelease, Look, LookSeen } from '../look.js';
import type { Scope } from '../scope.js';
import { judgeReleases, seeReleases } from './installed/releases-found.js';
import { seeWorkloads, singlePoints, workloadProblems } from './installed/workloads-found.js';

const apartMs = 30_000;

/** What D1 observed. */
export interface ReleasesEvidence {
  looks: LookSeen[];
  /** Of the last look, for a person. */
  releases: LiveRelease[];
  single: SinglePoint[];
}

/**
 * The second look waits until it is 30 s younger than the first. One that was taken before everything else is the first when nothing
 * was wrong in it, so that the kill or the other items fill the time between them.
 */
export async function releasesLive({ world, context, releasesSeen }: Scope): Promise<Answer> {
  const first = releasesSeen?.problems.length === 0 ? releasesSeen : await lookAtReleases(world);
  if (first.problems.length > 0) return answered([first]);
  const left = first.at.getTime() + apartMs - world.clock.now().getTime();
  if (left > 0) {
    context.progress.waiting('a second look at every release, 30 s after the first');
    await world.clock.sleep(left, context.signal);
  }
  return answered([first, await lookAtReleases(world)]);
}

function answered(looks: readonly Look[]): Answer {
  const { releases, single } = looks.at(-1)!;
  const evidence: ReleasesEvidence = { looks: looks.map(({ seen }) => seen), releases, single };
  return { ...judgeLooks(looks), evidence };
}

/** Pure. */
export function judgeReleasesEvidence({ looks }: ReleasesEvidence): Answer {
  return judgeLooks(looks.map(lookFrom));
}

function judgeLooks([first, second]: readonly Look[]): Answer {
  if (!first) return notChecked('no release was looked at');
  if (first.problems.length > 0) return failed(first.problems.join('; '));
  if (!second || second.at.getTime() - first.at.getTime() < apartMs)
    return notChecked('the releases were not looked at twice, 30 s apart');
  if (second.problems.length > 0) return failed(`second look: ${second.problems.join('; ')}`);
  if (second.open.length > 0) return notChecked(second.open.join('; '));
  const apart = formatDuration(second.at.getTime() - first.at.getTime());
  const { blueprints } = second.seen.releases;
  return passed(
    `${blueprints.length} Blueprints in ${second.releases.length} releases at their pins, seen twice, ${apart} apart; ${second.single.length} workloads end with one node`,
  );
}

export async function lookAtReleases(world: World): Promise<Look> {
  const at = world.clock.now().toISOString();
  const kube = await world.kube();
  const installed = await installedReleases(kube);
  const tree = (await world.tree()).folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  const specified = [...installed.flatMap(({ objects }) => objects), ...tree];
  const [releases, workloads, single] = await Promise.all([
    seeReleases(world, kube, installed),
    seeWorkloads(kube, specified),
    singlePoints(kube),
  ]);
  return lookFrom({ at, releases, workloads, single });
}

function lookFrom(seen: LookSeen): Look {
  const { problems, open, releases } = judgeReleases(seen.releases);
  const all = [...problems, ...workloadProblems(seen.workloads)];
  return { at: new Date(seen.at), problems: all, open, releases, single: seen.single, seen };
}
