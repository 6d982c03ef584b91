/**
 * New Object Storage keys in one command: proven first, then written to every Secret that holds them, consumers restarted,
 * sealed into the Sovereign's Git once it has one, and the old ones tried. Hetzner makes and revokes keys in its Console
 * only, so both ends of it are a person's.
 */

import type { Done, Evidence } from '../../engine/step.js';
import { planSealing } from '../../handover/sovereign/reseal.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import type { ObjectStore } from '../../tools/s3/s3.js';
import { createSecretMaker } from '../../walk/credentials/blueprint-secrets.js';
import { bucketsSeen, bucketsSeenFirst, mutationsOfProof, proveKeys } from '../../walk/credentials/prove-new-keys.js';
import { planRenewal, type Renewal } from '../../walk/credentials/renew-keys.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import type { CredentialName, World } from '../../world/world.js';
import { runOne } from '../session/run-one.js';
import type { Session } from '../session/session.js';

export interface KeyPair {
  accessKey: string;
  secretKey: string;
}

export interface Rotated {
  /** What the proof of the new keys saw; missing when an earlier run had proven and kept them. */
  proof?: string;
  secrets: string[];
  restarted: string[];
  /** `refused`: seen refused by the endpoint. `accepted`: still valid. `unknown`: none are known here. */
  oldKeys: 'refused' | 'accepted' | 'unknown';
  warnings: string[];
  /** In a dry-run: what would have been changed. */
  mutations?: string[];
}

const goOn = command('credentials rotate', 'object-storage', { resume: true });

/** The old pair, kept until it is seen refused: what is left of an unfinished rotation. */
const old = {
  accessKey: 'generated/rotation/old-s3-access-key',
  secretKey: 'generated/rotation/old-s3-secret-key',
} as const;

/** Without `given` it goes on with a rotation that was begun. Throws E1302, E2302 when the new keys do not do. */
export async function rotateKeys(
  session: Session,
  store: CredentialStore,
  given: KeyPair | undefined,
): Promise<Rotated> {
  const rotation = await beginRotation(session.world, store, given);
  const run = await runOne(session, rotation.step, { inputs: { command: 'credentials rotate' } });
  const result = await rotation.result();
  return run.mutations ? { ...result, mutations: run.mutations.map(({ sentence }) => sentence) } : result;
}

async function beginRotation(world: World, store: CredentialStore, given: KeyPair | undefined) {
  const current = await pairOf(store, 's3-access-key', 's3-secret-key');
  const earlier = await pairOf(store, old.accessKey, old.secretKey);
  const fresh = given && !same(given, current) ? given : undefined;
  if (!fresh) assertBegun(earlier, current, given);
  const before = fresh ? current : earlier;
  const use = (pair: KeyPair): Promise<ObjectStore> => {
    store.offer('s3-access-key', pair.accessKey);
    store.offer('s3-secret-key', pair.secretKey);
    return world.objectStore();
  };
  let proof: string | undefined;
  let renewal: Renewal | undefined;
  let oldKeys: Rotated['oldKeys'] = 'unknown';

  /** The buckets by which the new keys are proven, and what would be written with these. */
  const look = async () => {
    let buckets: string[] = [];
    if (fresh) {
      buckets = before ? await bucketsSeen(await use(before), world) : [];
      const storage = await use(fresh);
      if (buckets.length === 0) buckets = await bucketsSeenFirst(storage, world);
    }
    return buckets;
  };
  const consumers = async () => {
    const kube = await world.kube().catch(noClusterYet);
    renewal = kube ? await planRenewal(world, kube, createSecretMaker(world)) : undefined;
    return { renewal, sealing: kube && (await planSealing(world, kube)) };
  };

  const step: Step = {
    id: 'rotate-object-storage',
    title: 'Object Storage keys rotated',
    phase: 0,
    needs: [],
    // The old keys in the Secrets are overwritten.
    irreversible: true,

    async plan() {
      const buckets = await look();
      const { renewal, sealing } = await consumers();
      return [
        ...(fresh ? mutationsOfProof(world, buckets) : []),
        ...(renewal?.mutations ?? []),
        ...(sealing ? [sealing.mutation] : []),
      ];
    },

    isDone: async (): Promise<Done> => ({ done: false }),

    async run({ act }) {
      const buckets = await look();
      if (fresh) {
        proof = await proveKeys(world, await use(fresh), buckets, act);
        await keep(store, before, fresh);
      }
      const { renewal, sealing } = await consumers();
      await renewal?.run(act);
      await sealing?.run(act);
      oldKeys = before ? await tryOld(await use(before)) : 'unknown';
      if (oldKeys === 'refused') await Promise.all([store.forget(old.accessKey), store.forget(old.secretKey)]);
    },

    proof: async (): Promise<Evidence> => ({
      summary: `${renewal?.secrets.length ?? 0} Secrets have the new keys; old keys: ${oldKeys}`,
      facts: { secrets: renewal?.secrets ?? [], restarted: renewal?.restarted ?? [], oldKeys },
    }),
  };
  return {
    step,
    result: async (): Promise<Rotated> => ({
      ...(proof ? { proof } : {}),
      secrets: renewal?.secrets ?? [],
      restarted: renewal?.restarted ?? [],
      oldKeys,
      warnings: warningsOf({ renewal, oldKeys, before, fromEnvironment: await givenByEnvironment(store) }),
    }),
  };
}

async function pairOf(
  store: CredentialStore,
  access: CredentialName,
  secret: CredentialName,
): Promise<KeyPair | undefined> {
  const [accessKey, secretKey] = await Promise.all([store.find(access), store.find(secret)]);
  return accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined;
}

const same = (a: KeyPair, b: KeyPair | undefined) => a.accessKey === b?.accessKey && a.secretKey === b.secretKey;

function assertBegun(earlier: KeyPair | undefined, current: KeyPair | undefined, given: KeyPair | undefined): void {
  const make = 'make new keys: Hetzner Console, Object Storage, Manage credentials';
  if (!earlier) {
    throw fail(
      'E1302',
      given ? 'These keys are already in use.' : 'No new keys were given, and no rotation is in progress.',
      {
        actions: [make, command('credentials rotate', 'object-storage')],
      },
    );
  }
  if (current && same(current, earlier)) {
    throw fail('E1302', 'A rotation is in progress, but the environment still provides the old Object Storage keys.', {
      actions: ['unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY', goOn],
    });
  }
}

/** The old pair first: a run that dies between the two has only forgotten that it began. */
async function keep(store: CredentialStore, before: KeyPair | undefined, fresh: KeyPair): Promise<void> {
  if (before)
    await Promise.all([store.set(old.accessKey, before.accessKey), store.set(old.secretKey, before.secretKey)]);
  await Promise.all([store.set('s3-access-key', fresh.accessKey), store.set('s3-secret-key', fresh.secretKey)]);
}

async function tryOld(store: ObjectStore): Promise<'refused' | 'accepted'> {
  try {
    await store.listBuckets();
    return 'accepted';
  } catch (error) {
    if (isCatalystError(error, 'E2302')) return 'refused';
    throw error;
  }
}

async function givenByEnvironment(store: CredentialStore): Promise<boolean> {
  return (await store.list()).some(({ name, source }) => name === 's3-access-key' && source === 'environment');
}

function warningsOf(seen: {
  renewal: Renewal | undefined;
  oldKeys: Rotated['oldKeys'];
  before: KeyPair | undefined;
  fromEnvironment: boolean;
}): string[] {
  const { renewal, oldKeys, before, fromEnvironment } = seen;
  const revoke = `The old keys still work. Only a person can revoke them: Hetzner Console, Object Storage, Manage credentials, delete the one that begins with ${before?.accessKey.slice(0, 4)}; then: ${goOn}`;
  return [
    ...(renewal
      ? []
      : ['There is no cluster yet: the keys are stored, and the Blueprints receive them at installation.']),
    ...(renewal?.foreign ?? []).map(
      ({ secret, owner }) => `Secret ${secret} is managed by ${owner}; give the new keys to that object.`,
    ),
    ...(oldKeys === 'accepted' ? [revoke] : []),
    ...(fromEnvironment
      ? ['AWS_ACCESS_KEY_ID in the environment overrides the stored keys: unset it or set the new keys.']
      : []),
  ];
}

export function rotatedText({ proof, secrets, restarted, oldKeys, mutations }: Rotated): string {
  if (mutations) return `${mutations.length} changes, none made (dry-run)`;
  return [
    ...(proof ? [`New keys: ${proof}`] : []),
    `Secrets written: ${secrets.join(', ') || 'none needed it'}`,
    `Restarted: ${restarted.join(', ') || 'nothing needed it'}`,
    `Old keys: ${oldKeys}`,
  ].join('\n');
}
