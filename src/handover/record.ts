/** The state of a handover: one signed ConfigMap on both clusters, the furthest of the two counts. */
import { type Envelope, openSigner, type Signer, seal, unseal } from '../evidence/signing.js';
import { ownPrefix } from '../mother/protected-set.js';
import type { Act } from '../phases/gate.js';
import type { Mutation } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { fail, isCatalystError } from '../support/errors.js';
import type { Kube, KubeObject, KubeRef } from '../tools/kube.js';

export const handoverStates = [
  'PREPARED',
  'FROZEN',
  'COPIED',
  'VERIFIED',
  'ACTIVATED',
  'REVOKED',
  'DECOMMISSIONED',
] as const;
export type HandoverState = (typeof handoverStates)[number];

export type Fate = 'moved' | 'copied' | 'revoked' | 'deleted' | 'kept';

export interface HandoverItem {
  id: string;
  what: string;
  fate: Fate;
  /** Why it stays, when it does. */
  reason?: string;
  /** Content hashes on the mother's and the Sovereign's side. */
  before?: string;
  after?: string;
}

/** A credential that the mother knew, tried after it was revoked. */
export interface Refusal {
  what: string;
  /** `refused`, `accepted`, `unreachable`, `other-authority` or `not proven`. */
  answer: string;
  at: string;
  /** `host:port` that it names; records of earlier versions have neither this nor `why`. */
  server?: string;
  /** What was seen, and where. */
  why?: string;
}

export interface HandoverRecord {
  version: 1;
  fqdn: string;
  runId: string;
  state?: HandoverState;
  history: { state: HandoverState; at: string }[];
  /** Ids of this Sovereign's records on the mother, as the first inventory found them. */
  ids: string[];
  items: HandoverItem[];
  refusals: Refusal[];
  /** Git revision that the Sovereign reads from its own Gitea: `main@sha1:…`. */
  revision?: string;
  pointOfNoReturnAt?: string;
  erasedAt?: string;
  /** catalyst-api as it was before it was stopped; there only while it is. */
  stopped?: { replicas: number; suspended: boolean };
  /** When it was stopped for the erasure. */
  stoppedAt?: string;
  /** Set once the redirect was seen to work and was made permanent (301). */
  redirectedAt?: string;
  /** Hash of the protected set's objects before the first change on the mother. */
  protectedBefore?: string;
}

const payloadType = 'application/vnd.openova.catalyst.handover+json';

export function newRecord(fqdn: string, runId: string): HandoverRecord {
  return { version: 1, fqdn, runId, history: [], ids: [], items: [], refusals: [] };
}

/** True when the handover has come at least so far. */
export function hasReached(record: HandoverRecord, state: HandoverState): boolean {
  return record.state !== undefined && handoverStates.indexOf(record.state) >= handoverStates.indexOf(state);
}

/** States still to be reached, in order. */
export function pendingStates(record: HandoverRecord): HandoverState[] {
  return handoverStates.filter((state) => !hasReached(record, state));
}

export const slugOf = (fqdn: string) => fqdn.replaceAll('.', '-');

export interface Place {
  system: 'mother' | 'sovereign';
  ref: KubeRef & { namespace: string };
}

/** Where the ConfigMap lies on each side. */
export function placesOf(world: Pick<World, 'sovereign'>): Place[] {
  const { fqdn, mother } = world.sovereign.spec;
  const name = `${ownPrefix}handover-${slugOf(fqdn)}`;
  const at = (namespace: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  return [
    { system: 'sovereign', ref: at('catalyst-system') },
    { system: 'mother', ref: at(mother.catalyst.namespace) },
  ];
}

/** The record as the two clusters have it; undefined when no handover was begun. Throws E5105 when one was changed by hand. */
export async function readRecord(
  world: Pick<World, 'sovereign' | 'credentials' | 'kube' | 'mother'>,
): Promise<HandoverRecord | undefined> {
  const signer = await openSigner(world.credentials);
  const found: HandoverRecord[] = [];
  for (const place of placesOf(world)) {
    const object = await (await clusterOf(world, place))?.get(place.ref);
    if (object) found.push(openRecord(object, signer, place));
  }
  return found.sort((a, b) => b.history.length - a.history.length)[0];
}

/** A cluster that is not there yet has no record; one that does not answer throws. */
async function clusterOf(world: Pick<World, 'kube' | 'mother'>, place: Place): Promise<Kube | undefined> {
  if (place.system === 'mother') return world.mother();
  return world.kube().catch((error: unknown) => {
    if (isCatalystError(error, 'E3101')) return undefined;
    throw error;
  });
}

function openRecord(object: KubeObject, signer: Signer, place: Place): HandoverRecord {
  let value: unknown;
  try {
    value = unseal(JSON.parse(object.data?.['record.json'] ?? '{}') as Envelope, payloadType, signer.publicKey);
  } catch {
    value = undefined;
  }
  if (value === undefined) {
    const { namespace, name } = place.ref;
    throw fail(
      'E5105',
      `The handover record in ConfigMap ${namespace}/${name} on the ${place.system} does not fit the key of this machine.`,
      {
        actions: [
          'run the handover from the machine that began it, or bring its state directory here',
          `kubectl -n ${namespace} get configmap ${name} -o yaml`,
        ],
      },
    );
  }
  return value as HandoverRecord;
}

export function recordMutation(place: Place, state: HandoverState | 'progress'): Mutation {
  const { namespace, name } = place.ref;
  const what = state === 'progress' ? 'keep the progress' : `note state ${state}`;
  const where = place.system === 'mother' ? 'the mother' : 'the Sovereign';
  return {
    target: { system: place.system, kind: 'ConfigMap', namespace, name },
    sentence: `${what} of the handover in ConfigMap ${namespace}/${name} on ${where}`,
  };
}

/** Writes the record to both clusters: first to the Sovereign, whose copy stays. */
export async function writeRecord(
  world: Pick<World, 'sovereign' | 'credentials' | 'kube' | 'mother'>,
  act: Act,
  record: HandoverRecord,
  state: HandoverState | 'progress',
): Promise<void> {
  const signer = await openSigner(world.credentials);
  const envelope = JSON.stringify(seal(signer, payloadType, record));
  for (const place of placesOf(world)) {
    const kube = place.system === 'mother' ? await world.mother() : await world.kube();
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: place.ref.name,
        namespace: place.ref.namespace,
        labels: { 'catalyst.openova.io/sovereign': record.fqdn },
      },
      data: { state: record.state ?? '', 'record.json': envelope },
    };
    await act(recordMutation(place, state), () => kube.apply([object]));
  }
}
