/** What the stages of a handover share: the world, the gate, the record and where it is kept. */
import type { Mutation } from '../engine/mutation.js';
import { type CatalystOnMother, discoverCatalyst } from '../mother/discover.js';
import {
  type ClaimInventory,
  type ClaimJob,
  claimJob,
  type InventoryPage,
  readInventory,
  runJob,
} from '../mother/jobs/claim-jobs.js';
import { claimJobName } from '../mother/own-names.js';
import { clusterUid } from '../world/cluster-identity.js';
import { noClusterYet } from '../world/kube-if-any.js';
import type { Act, StepContext } from '../world/step.js';
import type { World } from '../world/world.js';
import {
  crossingMutation,
  type Deed,
  type HandoverRecord,
  type HandoverState,
  hasReached,
  isRecordedAlike,
  newRecord,
  readRecords,
  recordMutation,
  takenOver,
  writeRecord,
} from './record.js';

export interface Handover extends StepContext {
  world: World;
  record: HandoverRecord;
  /** Writes the record to both clusters; with a state, after noting that it was reached. */
  save(state?: HandoverState): Promise<void>;
  /** Records on both clusters that the point of no return is about to be crossed; once recorded, it stays as it is. */
  saveCrossing(): Promise<void>;
}

/** Takes up the handover where it stands, or begins it. */
export async function openHandover(world: World, context: StepContext): Promise<Handover> {
  const deed = (): Deed => ({
    at: world.clock.now().toISOString(),
    runId: world.runId,
    by: context.run?.by,
    plan: context.run?.planHash,
  });
  const { record: going, former } = await readRecords(world);
  const kube = await world.kube().catch(noClusterYet);
  const record: HandoverRecord = going ?? {
    ...newRecord(world.sovereign.spec.fqdn, world.runId),
    ...(former && takenOver(former)),
    cluster: kube && (await clusterUid(kube)),
    begun: deed(),
  };
  return {
    ...context,
    world,
    record,
    async save(state) {
      if (state !== undefined && record.state !== state) {
        record.state = state;
        record.history.push({ state, at: world.clock.now().toISOString() });
      }
      await writeRecord(world, context.act, record, (place) => recordMutation(place, state ?? 'progress'));
    },
    async saveCrossing() {
      const cluster = await clusterUid(await world.kube());
      record.crossing ??= deed();
      record.pointOfNoReturnAt ??= record.crossing.at;
      await writeRecord(world, context.act, record, (place) => crossingMutation(place, cluster));
    },
  };
}

/** Writes both copies of the record again where a killed run has left one behind; the mother's last copy goes at the end. */
export async function settleRecord({ world, record, save }: Handover): Promise<void> {
  const isKept = record.saves !== undefined && !hasReached(record, 'DECOMMISSIONED');
  if (isKept && !(await isRecordedAlike(world))) await save(record.state);
}

const jobWords: Record<ClaimJob['name'], string> = {
  inventory: 'list the files on its claim that belong to',
  erase: 'delete the files on its claim that belong to',
  facts: 'read the facts that travel, and nothing secret, of the records on its claim that belong to',
  'try-credentials':
    "test, at their own servers, at the Sovereign's API and at the cloud API, the credentials on its claim that belong to",
};

/** Jobs are changes too, if short ones: they go through the gate. */
export function jobMutation(world: World, name: ClaimJob['name']): Mutation {
  const { fqdn, mother } = world.sovereign.spec;
  const { namespace, claim } = mother.catalyst;
  return {
    target: { system: 'mother', kind: 'Job', namespace, name: claimJobName(name) },
    sentence: `run a short Job in ${namespace} on the mother to ${jobWords[name]} ${fqdn} (PersistentVolumeClaim ${claim})`,
    ...(name === 'erase' ? {} : { reversible: true as const }),
  };
}

/** Runs one of the short Jobs on the mother and answers what it found. */
export async function askClaim<T>(
  world: World,
  act: Act,
  name: ClaimJob['name'],
  ids: readonly string[],
  more: Pick<ClaimJob, 'own' | 'cloud' | 'offset'> = {},
): Promise<T> {
  const mother = await world.mother();
  const catalyst = await discoverCatalyst(mother, world.sovereign);
  return act(jobMutation(world, name), async (writers) => {
    const job = claimJob(catalyst, { name, fqdn: world.sovereign.spec.fqdn, ids, runId: world.runId, ...more });
    return runJob<T>(mother, await writers.mother(), job, 300_000);
  });
}

export function takeInventory(world: World, act: Act, ids: readonly string[]): Promise<ClaimInventory> {
  return readInventory((offset) => askClaim<InventoryPage>(world, act, 'inventory', ids, { offset }));
}

/** Replicas, Kustomization and image of catalyst-api as they are now. */
export async function lookAtCatalyst(world: World): Promise<CatalystOnMother> {
  return discoverCatalyst(await world.mother(), world.sovereign);
}
