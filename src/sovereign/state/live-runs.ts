/** Runs that work on the Sovereigns below a state directory at this moment. */
import { type Holder, leasePath, readHolder, stateOfHolder } from './lease.js';
import { thisProcess } from './process-identity.js';
import { listStates } from './state-dir.js';

/** By their leases; one whose process is gone, or has been silent for a minute, does not count. */
export function liveRuns(root: string, now: Date): { fqdn: string; holder: Holder }[] {
  const here = thisProcess();
  return listStates(root).flatMap(({ fqdn, dir }) => {
    const holder = readHolder(leasePath(dir));
    const state = holder && stateOfHolder(holder, { here, now });
    return holder && (state === 'alive' || state === 'renewing') ? [{ fqdn, holder }] : [];
  });
}
