/**
 * One run at a time on a mother, also from other state folders, laptops and Sovereigns: a Lease that its holder renews. One that
 * is not renewed any more is taken over; conflicts are decided by the API server.
 */
import type { Kube, KubeObject, KubeRef, KubeWriter } from '../kubernetes/client/kube.js';
import { hasEndedHere, type ProcessIdentity, readIdentity, type StartOf } from '../sovereign/state/process-identity.js';
import type { Clock } from '../support/clock.js';
import { type CatalystError, fail, isCatalystError } from '../support/errors/errors.js';
import { leaseName, processAnnotation, runLabel, sovereignLabel } from './own-names.js';

export interface LeaseHolder {
  fqdn: string;
  runId: string;
  /** `user@host`, for whoever finds the mother held. */
  by: string;
  /** Its machine, boot and process, as hashes: who can see that this process has ended need not wait. */
  process: ProcessIdentity;
}

/** How the Lease is read and written. */
export type LeaseKube = Pick<Kube, 'get'> & Pick<KubeWriter, 'create' | 'patch' | 'delete'>;

export const leaseSeconds = 60;
export const renewMs = 15_000;

export const leaseRef = (namespace: string): KubeRef => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace,
  name: leaseName,
});

const microTime = (at: Date) => at.toISOString().replace('Z', '000Z');

function leaseOf({ fqdn, runId, by, process }: LeaseHolder, at: Date): Pick<KubeObject, 'metadata'> & { spec: object } {
  return {
    metadata: {
      name: leaseName,
      labels: { [sovereignLabel]: fqdn, [runLabel]: runId },
      annotations: { [processAnnotation]: JSON.stringify(process) },
    },
    spec: {
      holderIdentity: `${fqdn}/${runId} ${by}`,
      leaseDurationSeconds: leaseSeconds,
      acquireTime: microTime(at),
      renewTime: microTime(at),
    },
  };
}

const isHeldBy = (lease: KubeObject | undefined, runId: string) => lease?.metadata.labels?.[runLabel] === runId;

export interface LeaseWait {
  clock: Clock;
  signal: AbortSignal;
  onWaiting: (reason: string) => void;
  startOf?: StartOf;
}

/** Takes the Lease, at once or from a dead holder. Throws E5021 (exit 9) while another run holds it. */
export async function takeLease(
  kube: LeaseKube,
  namespace: string,
  holder: LeaseHolder,
  { clock, signal, onWaiting, startOf }: LeaseWait,
): Promise<void> {
  const ref = leaseRef(namespace);
  let found = await kube.get(ref);
  if (found && !mayTakeAtOnce(found, holder, startOf)) {
    if (expiryOf(found) > clock.now().getTime()) throw held(found, namespace);
    // Clocks differ: a holder that is alive renews within this time.
    onWaiting(`a renewal by ${found.spec?.holderIdentity}, which holds the mother`);
    await clock.sleep(renewMs + 5000, signal);
    const later = await kube.get(ref);
    if (later && later.metadata.resourceVersion !== found.metadata.resourceVersion) throw held(later, namespace);
    found = later;
  }
  const { metadata, spec } = leaseOf(holder, clock.now());
  try {
    if (!found) await kube.create({ ...ref, metadata: { ...metadata, namespace }, spec } as KubeObject);
    else {
      const { labels, annotations } = metadata;
      await kube.patch(ref, {
        metadata: { labels, annotations, resourceVersion: found.metadata.resourceVersion },
        spec,
      });
    }
  } catch (error) {
    const winner = isConflict(error) ? await kube.get(ref) : undefined;
    throw winner ? held(winner, namespace) : error;
  }
}

/** False when another run has it now. */
export async function renewLease(kube: LeaseKube, namespace: string, runId: string, at: Date): Promise<boolean> {
  const ref = leaseRef(namespace);
  const found = await kube.get(ref);
  if (!found || !isHeldBy(found, runId)) return false;
  const { resourceVersion } = found.metadata;
  try {
    await kube.patch(ref, { metadata: { resourceVersion }, spec: { renewTime: microTime(at) } });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Deletes the Lease when it is still this run's. */
export async function releaseLease(kube: LeaseKube, namespace: string, runId: string): Promise<void> {
  const ref = leaseRef(namespace);
  if (isHeldBy(await kube.get(ref), runId)) await kube.delete(ref);
}

/** Of a stranger, and of a clone of this machine, nothing is known: their Lease has to run out. */
export function mayTakeAtOnce(found: KubeObject, { runId, process }: LeaseHolder, startOf?: StartOf): boolean {
  if (isHeldBy(found, runId)) return true;
  const other = readIdentity(found.metadata.annotations?.[processAnnotation]);
  return other !== undefined && hasEndedHere(other, process, startOf);
}

function expiryOf({ spec }: KubeObject): number {
  const renewed = Date.parse(spec?.renewTime ?? spec?.acquireTime ?? '');
  return Number.isNaN(renewed) ? 0 : renewed + Number(spec?.leaseDurationSeconds ?? leaseSeconds) * 1000;
}

const isConflict = (error: unknown) => isCatalystError(error, 'E3102') && error.data.status === 409;

function held(lease: KubeObject, namespace: string): CatalystError {
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {};
  const expiry = new Date(expiryOf(lease)).toISOString();
  return fail(
    'E5021',
    `Another run holds the mother: ${holderIdentity}, since ${acquireTime}, last renewed ${renewTime}. Nothing was changed.`,
    {
      actions: [
        'wait until that run has ended, then run the command again',
        `if it has died, run the command again after ${expiry}: it then takes the mother over`,
        `kubectl -n ${namespace} get lease ${leaseName} -o yaml`,
      ],
      data: { holder: holderIdentity, since: acquireTime, renewed: renewTime, expires: expiry },
    },
  );
}
