/**
 * Hetzner tokens and Object Storage keys that the mother's records hold: accepted, until that same one is seen refused. No API revokes
 * them, so a person does, in the Hetzner Console.
 */

import { printOf, printOfKeys } from '../../../mother/jobs/cloud-credentials-check.js';
import type { CredentialCheck, TrialAnswer } from '../../../mother/jobs/credential-check.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import type { ObjectStore } from '../../../tools/s3/s3.js';
import type { World } from '../../../world/world.js';
import type { Refusal } from '../../record.js';

/** What they are called, each with its hash. */
export const tokenName = 'Hetzner token';
export const keysName = 'Object Storage keys';

type Kept = Pick<World, 'credentials' | 'hetzner' | 'objectStoreOf'>;

export async function classifyCloudCredentials(
  { tokens = {}, keys = [] }: Pick<CredentialCheck, 'tokens' | 'keys'>,
  world: Kept,
  at: string,
): Promise<Refusal[]> {
  const current = await world.credentials.find('hcloud-token');
  const ofTokens = Object.entries(tokens).map(([print, answer]): Refusal => {
    const isCurrent = current !== undefined && printOf(current) === print;
    // the one in use is accepted, whatever the mother reaches
    const [said, why] = isCurrent ? (['accepted', 'it is the one that catalyst uses now'] as const) : words[answer];
    return { what: `${tokenName} ${print}`, answer: said, at, print, why };
  });
  const ofKeys = await Promise.all(keys.map((print) => triedKeys(print, world, at)));
  return [...ofTokens, ...ofKeys];
}

const words: Record<TrialAnswer, readonly [string, string]> = {
  accepted: ['accepted', 'the cloud API accepted it'],
  refused: ['refused', 'the cloud API answered 401 or 403'],
  'other-authority': ['not proven', 'what answered for the cloud API has another certificate authority'],
  unreachable: ['not proven', 'the cloud API could not be reached from the mother'],
};

/** The pair in use, and the one before it while a rotation waits for its end: no other one is known here, and none can be tried. */
async function triedKeys(print: string, world: Kept, at: string): Promise<Refusal> {
  const entry = (answer: string, why: string): Refusal => ({ what: `${keysName} ${print}`, answer, at, print, why });
  const pairs = await Promise.all([
    pairOf(world, 's3-access-key', 's3-secret-key'),
    pairOf(world, 'generated/rotation/old-s3-access-key', 'generated/rotation/old-s3-secret-key'),
  ]);
  const pair = pairs.find((one) => one !== undefined && printOfKeys(one) === print);
  if (pair === undefined)
    return entry('not proven', 'catalyst does not have them and cannot try them: revoke them in the Hetzner Console');
  return isAccepted(await world.objectStoreOf(pair))
    .then((accepted) =>
      accepted
        ? entry('accepted', 'the Object Storage accepted them')
        : entry('refused', 'the Object Storage refused them'),
    )
    .catch((error: unknown) => {
      if (!isCatalystError(error)) throw error;
      return entry('not proven', error.message);
    });
}

async function pairOf(
  { credentials }: Kept,
  access: Parameters<Kept['credentials']['find']>[0],
  secret: typeof access,
): Promise<{ accessKey: string; secretKey: string } | undefined> {
  const [accessKey, secretKey] = await Promise.all([credentials.find(access), credentials.find(secret)]);
  return accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined;
}

async function isAccepted(store: Pick<ObjectStore, 'listBuckets'>): Promise<boolean> {
  try {
    await store.listBuckets();
    return true;
  } catch (error) {
    if (isCatalystError(error, 'E2302')) return false;
    throw error;
  }
}
