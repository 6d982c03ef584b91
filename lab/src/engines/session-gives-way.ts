import { writeFileSync } from 'node:fs';

/**
 * How far, as a niceness. Two control planes and a dozen programs share few processors with catalyst, which samples twice a second
 * and calls its own experiment invalid when it comes too late.
 */
const by = 5;

/**
 * This process and all that it starts give way to other sessions of this machine. Niceness alone does not do it: Linux
 * shares processors among sessions first, and a lab leads a session of its own. Where sessions are not told apart, nothing happens.
 */
export function sessionGivesWay(file = '/proc/self/autogroup'): void {
  try {
    writeFileSync(file, String(by), { flag: 'r+' });
  } catch {
    // another system, or a kernel that does not group by session
  }
}
