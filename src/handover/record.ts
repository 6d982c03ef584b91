/** The state of a handover: one signed ConfigMap on both clusters, the further of the two counts. */
import type { Mutation } from '../engine/mutation.js';
import { type Envelope, findPublicKey, openSigner, seal, unseal } from '../evidence/signing.js';
import type { Kube, KubeObject, KubeRef } from '../kubernetes/client/kube.js';
import { recordNameOf } from '../mother/own-names.js';
import { sovereignLabel } from '../sovereign/sovereign-names.js';
import { fail, isCatalystError } from '../support/errors/errors.js';
import { clusterUid } from '../world/cluster-identity.js';
import { noClusterYet } from '../world/kube-if-any.js';
import type { Act } from '../world/step.js';
import type { World } from '../world/world.js';

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
  /** Hash of the credential itself, by which it is recognized in another file. */
  print?: string;
}

/** Who acted, in which run, by which plan. */
export interface Deed {
  at: string;
  /** user@host */
  by?: string;
  runId: string;
  /** Hash of the plan that the run followed. */
  plan?: string;
}

/** What COPIED and ACTIVATED created in the Sovereign's Gitea; each is noted before it is created, so that abort knows it. */
export interface MadeInGitea {
  organization?: boolean;
  repository?: boolean;
  token?: boolean;
  /** The branch's head before the push, where the repository was there already; null where it had no such branch, which then stays. */
  headBefore?: string | null;
}

export interface HandoverRecord {
  version: 1;
  fqdn: string;
  /** Identity of the cluster that is handed over (`clusterUid`). Records of earlier versions name none, and count for any. */
  cluster?: string;
  runId: string;
  /** Grows with every write; of two copies in the same state the higher one is newer. Records of earlier versions have none. */
  saves?: number;
  begun?: Deed;
  /** The intent to cross the point of no return, recorded before the first write that cannot be undone. */
  crossing?: Deed;
  made?: MadeInGitea;
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
  stopped?: { replicas: number; suspended: boolean; suspend?: boolean };
  /** When it was stopped for the erasure. */
  stoppedAt?: string;
  /** Set once the redirect was seen to work and was made permanent (301). */
  redirectedAt?: string;
}

const payloadType = 'application/vnd.openova.catalyst.handover+json';

export function newRecord(fqdn: string, runId: string): HandoverRecord {
  return { version: 1, fqdn, runId, history: [], ids: [], items: [], refusals: [] };
}

/** What the end of that cluster changes nothing of: the mother's ids, how she was before she was stopped, what was tried. */
export function takenOver({ ids, refusals, stopped, stoppedAt }: HandoverRecord): Partial<HandoverRecord> {
  return { ids, refusals, ...(stopped ? { stopped, stoppedAt } : {}) };
}

/** True when the handover has come at least so far. */
export function hasReached(record: HandoverRecord, state: HandoverState): boolean {
  return record.state !== undefined && handoverStates.indexOf(record.state) >= handoverStates.indexOf(state);
}

/** True from the recorded intent on: the handover then only goes forward, whatever else is recorded as reached. */
export function isCrossing(record: HandoverRecord): boolean {
  return record.crossing !== undefined || hasReached(record, 'ACTIVATED');
}

/** Sorts the record that has come further first: by crossing, by state, then by the number of its writes. */
function further(a: HandoverRecord, b: HandoverRecord): number {
  const rank = (record: HandoverRecord) => [
    isCrossing(record) ? 1 : 0,
    record.state === undefined ? -1 : handoverStates.indexOf(record.state),
    record.saves ?? 0,
    record.history.length,
  ];
  const [left, right] = [rank(a), rank(b)];
  const index = left.findIndex((value, at) => value !== right[at]);
  return index < 0 ? 0 : right[index]! - left[index]!;
}

/** States still to be reached, in order. */
export function pendingStates(record: HandoverRecord): HandoverState[] {
  return handoverStates.filter((state) => !hasReached(record, state));
}

export interface Place {
  system: 'mother' | 'sovereign';
  ref: KubeRef & { namespace: string };
}

/** Where the ConfigMap lies on each side. */
export function placesOf(world: Pick<World, 'sovereign'>): Place[] {
  const { fqdn, mother } = world.sovereign.spec;
  const name = recordNameOf(fqdn);
  const at = (namespace: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  return [
    { system: 'sovereign', ref: at('catalyst-system') },
    { system: 'mother', ref: at(mother.catalyst.namespace) },
  ];
}

/** The record as the two clusters have it; undefined when no handover was begun. Throws E5105 when one was changed by hand. */
export async function readRecord(world: RecordReader): Promise<HandoverRecord | undefined> {
  return (await readRecords(world)).record;
}

export interface Records {
  /** Of the cluster that there is. */
  record?: HandoverRecord;
  /** What the mother still has of a cluster that was wiped since: its handover says nothing of this one. */
  former?: HandoverRecord;
}

/** Throws as `readRecord` does. */
export async function readRecords(world: RecordReader): Promise<Records> {
  const { record, former, unread } = await readRecordIfAny(world);
  if (unread[0]) throw unread[0].error;
  return { record, former };
}

type RecordReader = Pick<World, 'sovereign' | 'credentials' | 'kube' | 'mother'>;

/** The further of what could be read, for status alone: a side that does not answer may have come further. */
export async function readRecordIfAny(
  world: RecordReader,
): Promise<Records & { unread: { system: Place['system']; error: unknown }[] }> {
  // Reading makes no key: one shows that there was a journal (evidence/removed-journal.ts).
  const key = await findPublicKey(world.credentials);
  const found: HandoverRecord[] = [];
  const unread: { system: Place['system']; error: unknown }[] = [];
  let present: string | undefined;
  for (const place of placesOf(world)) {
    try {
      const kube = await clusterOf(world, place);
      const object = await kube?.get(place.ref);
      if (kube && place.system === 'sovereign') present = await clusterUid(kube);
      if (object) found.push(openRecord(object, key, place, world.sovereign.spec.fqdn));
    } catch (error) {
      if (isCatalystError(error, 'E5105')) throw error;
      unread.push({ system: place.system, error });
    }
  }
  const isFormer = ({ cluster }: HandoverRecord) =>
    cluster !== undefined && present !== undefined && cluster !== present;
  const sorted = found.sort(further);
  return { record: sorted.find((one) => !isFormer(one)), former: sorted.find(isFormer), unread };
}

/** False where a run was killed between its writes to the two clusters, or never got to the second. */
export async function isRecordedAlike(world: RecordReader): Promise<boolean> {
  const copies = await Promise.all(
    placesOf(world).map(async (place) => (await clusterOf(world, place))?.get(place.ref)),
  );
  const [first, ...others] = copies.map((copy) => copy?.data?.['record.json'] as string | undefined);
  return others.every((other) => other === first);
}

/** A cluster that is not there yet has no record; one that does not answer throws. */
async function clusterOf(world: Pick<World, 'kube' | 'mother'>, place: Place): Promise<Kube | undefined> {
  if (place.system === 'mother') return world.mother();
  return world.kube().catch(noClusterYet);
}

function openRecord(object: KubeObject, key: string | undefined, place: Place, fqdn: string): HandoverRecord {
  let value: HandoverRecord | undefined;
  try {
    const envelope = JSON.parse(object.data?.['record.json'] ?? '{}') as Envelope;
    value = key === undefined ? undefined : (unseal(envelope, payloadType, key) as HandoverRecord | undefined);
  } catch {
    value = undefined;
  }
  if (value?.fqdn !== fqdn) {
    const { namespace, name } = place.ref;
    throw fail(
      'E5105',
      `The handover record in ConfigMap ${namespace}/${name} on the ${place.system} was not signed by this machine for ${fqdn}.`,
      {
        actions: [
          'run the handover from the machine that started it, or bring its state directory here',
          `kubectl -n ${namespace} get configmap ${name} -o yaml`,
        ],
      },
    );
  }
  return value;
}

export function recordMutation(place: Place, state: HandoverState | 'progress'): Mutation {
  const mutation = writeMutation(place, state === 'progress' ? 'keep the progress of' : `note state ${state} of`);
  return { ...mutation, reversible: true };
}

/** How the sentence of the intent begins, on both clusters and in the journal. */
export const crossingWords = 'record the intent to cross the point of no return of';

/** `cluster` is the UID of the Sovereign's kube-system, so that the journal tells this cluster from one built before it. */
export function crossingMutation(place: Place, cluster: string | undefined): Mutation {
  const mutation = { ...writeMutation(place, crossingWords), confirm: 'hands over past the point of no return' };
  if (cluster === undefined) return mutation;
  return { ...mutation, sentence: `${mutation.sentence} (Sovereign cluster ${cluster})` };
}

function writeMutation(place: Place, what: string): Mutation {
  const { namespace, name } = place.ref;
  const where = place.system === 'mother' ? 'the mother' : 'the Sovereign';
  return {
    target: { system: place.system, kind: 'ConfigMap', namespace, name },
    sentence: `${what} the handover in ConfigMap ${namespace}/${name} on ${where}`,
  };
}

/** Writes the record to both clusters, each described by `describe`: first to the Sovereign, whose copy stays. */
export async function writeRecord(
  world: Pick<World, 'sovereign' | 'credentials' | 'kube' | 'mother'>,
  act: Act,
  record: HandoverRecord,
  describe: (place: Place) => Mutation,
): Promise<void> {
  record.saves = (record.saves ?? 0) + 1;
  const signer = await openSigner(world.credentials);
  const envelope = JSON.stringify(seal(signer, payloadType, record));
  for (const place of placesOf(world)) {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: place.ref.name,
        namespace: place.ref.namespace,
        labels: { [sovereignLabel]: record.fqdn },
      },
      data: { state: record.state ?? '', 'record.json': envelope },
    };
    await act(describe(place), async (writers) => (await writers[place.system]()).apply([object]));
  }
}
