/**
 * What was seen of catalyst-api on the mother while it was to be dead, and whether it was. A canary that is red shows that a page
 * does not answer; only the mother's own objects show that nothing answers behind it. Pure.
 */
export interface DeploymentSeen {
  uid: string;
  generation: number;
  /** Asked for, and counted by the controller. */
  replicas: number;
  running: number;
  /** Who changed it last, and when, by the API server's own record. */
  by?: string;
}

export interface Sighting {
  /** Milliseconds since the experiment began. */
  t: number;
  deployment?: DeploymentSeen;
  /** With Pods, or asking for some: `catalyst-api-6f: 1 of 1`. */
  replicaSets: string[];
  /** Pods of the Deployment, and whatever else the Services before it choose, that have not ended. */
  pods: string[];
  /** Addresses that the EndpointSlices and Endpoints of these Services hand out. */
  endpoints: string[];
  /** Whether the Flux Kustomization that would scale it up again is suspended; left out where there is none. */
  suspended?: boolean;
  /** The armed undo, as its Job shows it; left out when there is none. */
  undo?: { uid: string; armed: boolean; ended: boolean };
}

/** Every look by its time; what was seen is kept when it differs from the look before. */
export interface MotherWatch {
  looks: number[];
  sightings: Sighting[];
  /** Looks that the mother's API did not answer. */
  missed: { t: number; error: string }[];
}

/** Longer without a look, and what is put back in time again could be missed; a change shows by its generation whenever it was made. */
const longestUnseenMs = 10_000;

export const sightingAt = ({ sightings }: MotherWatch, t: number) => sightings.findLast((one) => one.t <= t);

/** What is left of catalyst-api, or has taken its place; nothing when it is gone. */
export function leftOf({ deployment, replicaSets, pods, endpoints }: Sighting): string[] {
  const asked = deployment?.replicas ? [`its Deployment asks for ${deployment.replicas}${byOf(deployment)}`] : [];
  return [
    ...asked,
    ...replicaSets.map((one) => `ReplicaSet ${one}`),
    ...pods.map((one) => `Pod ${one}`),
    ...endpoints.map((one) => `endpoint ${one}`),
  ];
}

const byOf = ({ by }: DeploymentSeen) => (by ? ` (last changed by ${by})` : '');

/** Since when nothing of it was left, in a watch that may still go on. */
export function goneSince(watch: MotherWatch, faultAt: number): number | undefined {
  return watch.sightings.find((one) => one.t > faultAt && leftOf(one).length === 0)?.t;
}

interface WatchWindow {
  faultAt: number;
  undoAt: number;
}

/** Why the watch does not show that catalyst-api was dead from `goneSince` to the undo, each with its time; none when it does. */
export function judgeWatch(watch: MotherWatch | undefined, { faultAt, undoAt }: WatchWindow): string[] {
  const seen = watch?.sightings.filter((one) => one.t > faultAt && one.t <= undoAt) ?? [];
  const before = watch && sightingAt(watch, faultAt);
  if (!watch || !before) return ['the mother was not watched from before the fault'];
  const goneAt = goneSince(watch, faultAt);
  if (goneAt === undefined || goneAt > undoAt) {
    const left = leftOf(seen.at(-1) ?? before);
    return [
      `catalyst-api was never gone from the mother: ${left.slice(0, 3).join(', ') || 'it was not looked at again'}`,
    ];
  }
  const gone = seen.find((one) => one.t === goneAt)!;
  return [
    ...unseen(watch, goneAt, undoAt),
    ...firstOf(seen, goneAt, (one) => {
      const left = leftOf(one);
      return left.length > 0 ? `catalyst-api was there again: ${left.slice(0, 3).join(', ')}` : undefined;
    }),
    ...firstOf(seen, goneAt, ({ deployment }) => changed(gone.deployment, deployment)),
    ...firstOf(seen, faultAt, ({ suspended }) =>
      gone.suspended === true && suspended === false
        ? 'somebody resumed the Flux Kustomization that keeps catalyst-api running'
        : undefined,
    ),
    ...undoStood(before, seen, faultAt),
  ];
}

function changed(then: DeploymentSeen | undefined, now: DeploymentSeen | undefined): string | undefined {
  if (then === undefined || now === undefined)
    return then === now ? undefined : 'the Deployment was deleted or made again';
  if (then.uid !== now.uid) return 'the Deployment was deleted and made again';
  return then.generation === now.generation ? undefined : `somebody changed the Deployment${byOf(now)}`;
}

function undoStood(before: Sighting, seen: readonly Sighting[], faultAt: number): string[] {
  if (!before.undo?.armed) return ['the undo on the mother was not armed before the fault'];
  const { uid } = before.undo;
  return firstOf(seen, faultAt, ({ undo }) => {
    if (!undo) return 'the armed undo on the mother was deleted';
    if (undo.uid !== uid) return 'the armed undo on the mother was replaced';
    return undo.ended ? 'the armed undo on the mother ended' : undefined;
  });
}

/** The first sighting from `from` on that something can be said of. */
function firstOf(seen: readonly Sighting[], from: number, say: (one: Sighting) => string | undefined): string[] {
  for (const one of seen) {
    const said = one.t >= from ? say(one) : undefined;
    if (said !== undefined) return [`${said} (seen at ${(one.t / 1000).toFixed(1)} s)`];
  }
  return [];
}

function unseen({ looks, missed }: MotherWatch, from: number, to: number): string[] {
  const times = [...looks.filter((t) => t > from && t < to).sort((a, b) => a - b), to];
  let last = from;
  for (const t of times) {
    if (t - last > longestUnseenMs) {
      const why = missed.find((one) => one.t >= last && one.t <= t)?.error;
      return [
        `the mother was not seen for ${Math.round((t - last) / 1000)} s from ${(last / 1000).toFixed(1)} s on${why ? `: ${why}` : ''}`,
      ];
    }
    last = t;
  }
  return [];
}
