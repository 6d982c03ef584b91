/** metav1.Condition lists: the time of transition moves only when the status does. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

export function condition(type: string, holds: boolean | undefined, reason: string, message = ''): Condition {
  return { type, status: holds === undefined ? 'Unknown' : holds ? 'True' : 'False', reason, message };
}

/** The wanted conditions over those an object has; others of the object stay. */
export function conditions(object: KubeObject, clock: Clock, wanted: readonly Condition[]): Condition[] {
  const had = (object.status?.conditions ?? []) as Condition[];
  const made = wanted.map((want) => {
    const before = had.find((one) => one.type === want.type);
    const moved = before?.status !== want.status || !before.lastTransitionTime;
    return {
      ...want,
      lastTransitionTime: moved
        ? clock
            .now()
            .toISOString()
            .replace(/\.\d+Z$/, 'Z')
        : before.lastTransitionTime,
    };
  });
  return [...had.filter((one) => !wanted.some((want) => want.type === one.type)), ...made];
}

export function findCondition(object: KubeObject | undefined, type: string): Condition | undefined {
  return ((object?.status?.conditions ?? []) as Condition[]).find((one) => one.type === type);
}

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  findCondition(object, type)?.status === 'True';
