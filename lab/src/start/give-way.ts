/**
 * A lab has a session of its own, and Linux shares the processors by session before it looks at niceness (autogroups). So a lab that a
 * process starts which gives way to others would take as much as they do all together, unless its session gives way too.
 */
import { writeFileSync } from 'node:fs';

/** @param nice how far the session that this process leads gives way, 0 to 19 (sched(7), "The autogroup feature") */
export function giveWay(pid: number, nice: number): void {
  if (nice <= 0) return;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // Not Linux, or without autogroups: niceness alone decides there.
  }
}
