/** The Sovereigns with state on this machine, and how far each is: `catalyst status --all`. */
import { listStates } from '../../sovereign/state/state-dir.js';
import { isCatalystError } from '../../support/errors/errors.js';
import { type StatusResult, statusOf } from '../status.js';

export interface SovereignHere extends Pick<StatusResult, 'world' | 'running' | 'last' | 'verdict'> {
  fqdn: string;
  proven: number;
  total: number;
  /** Why its journal cannot be relied on; then nothing counts as proven. */
  problem?: string;
}

/** By FQDN. Reads journals alone, and asks no Sovereign anything. */
export function sovereignsHere(root: string, now: Date): SovereignHere[] {
  return listStates(root)
    .map(({ fqdn, dir }) => sovereignOf(fqdn, dir, now))
    .sort((a, b) => a.fqdn.localeCompare(b.fqdn));
}

function sovereignOf(fqdn: string, dir: string, now: Date): SovereignHere {
  try {
    const { proven, total, world, running, last, verdict } = statusOf(dir, fqdn, now);
    return { fqdn, proven, total, ...(world && { world }), ...(running && { running }), last, verdict };
  } catch (error) {
    // One that is damaged does not hide the others.
    if (!isCatalystError(error)) throw error;
    return { fqdn, proven: 0, total: 0, problem: error.message };
  }
}
