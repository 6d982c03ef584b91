/** What Pods of the Sovereign heard of catalyst-api on the mother, and whether it fell silent with it. Pure. */
/** What one Pod heard. */
export interface CanaryWord {
  /** Milliseconds since the experiment began: when its Job was asked for, and when it had answered. */
  from: number;
  to: number;
  /** HTTP status; 0 where nothing answered. */
  status: number;
}

export const isAlive = ({ status }: CanaryWord) => status > 0 && status < 500;

/** Only a canary that was heard before can fall silent: one that was never alive says nothing, and is told as not exercised. */
export function judgeCanary(
  words: readonly CanaryWord[] = [],
  { from, to }: { from: number; to: number },
  busyNote = '',
): string[] {
  const before = words.filter((one) => one.to <= from);
  if (!before.some(isAlive)) return [];
  const during = words.filter((one) => one.from >= from && one.to <= to);
  if (during.length === 0) return [`no Pod of the Sovereign listened for catalyst-api within the window${busyNote}`];
  const alive = during.find(isAlive);
  if (!alive) return [];
  return [
    `a Pod of the Sovereign still heard catalyst-api on the mother at ${(alive.to / 1000).toFixed(1)} s (it answered ${alive.status})`,
  ];
}
