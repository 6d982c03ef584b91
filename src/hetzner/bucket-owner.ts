/** Whose the Sovereign's buckets are, as one pair of Object Storage keys sees them. Only reads. */
import { bucketConsumers, bucketName } from '../sovereign/object-storage.js';
import type { Spec } from '../sovereign/spec/schema.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { ObjectStore } from '../tools/s3/s3.js';
import { ownerOf } from './purge/plan/buckets.js';

export type BucketState = 'absent' | 'unmarked' | 'marked';

/** Throws E2303 when the bucket is a stranger's, of another Sovereign, or holds what nobody marked. */
export async function bucketState(store: ObjectStore, fqdn: string, name: string): Promise<BucketState> {
  const found = await store.bucket(name);
  if (found === 'absent') return 'absent';
  if (found === 'foreign') throw taken(name, 'it answers 403: someone else owns it, or the keys lack access');
  const owner = await ownerOf(store, name);
  if (owner === undefined) {
    if ((await store.list(name)).length > 0) throw taken(name, 'it contains objects and has no catalyst marker');
    return 'unmarked';
  }
  if (owner !== fqdn) throw taken(name, `its marker names ${owner || 'something unreadable'}`);
  return 'marked';
}

/**
 * What the Sovereign's buckets tell of the project that the keys are of, as one sentence. S3 has no call that names the
 * project: where no bucket is there yet, nothing is known of it, and the sentence says so. Throws E2302 when all that are
 * there belong to somebody else, E2303 when some do.
 */
export async function seenOfProject(store: ObjectStore, spec: Spec): Promise<string> {
  const names = bucketConsumers.map((consumer) => bucketName(spec, consumer));
  const seen = await Promise.all(names.map(async (name) => ({ name, owner: await store.bucket(name) })));
  const named = (owner: string) => seen.filter((one) => one.owner === owner).map(({ name }) => name);
  const foreign = named('foreign');
  if (foreign.length > 0 && named('ours').length === 0) throw anotherProject(foreign);
  const states = await Promise.all(names.map((name) => bucketState(store, spec.fqdn, name)));
  const marked = states.filter((state) => state === 'marked').length;
  if (marked > 0) return `of the project that has ${marked} of the ${names.length} buckets of ${spec.fqdn}`;
  return `project not checked: no bucket is marked for ${spec.fqdn} yet (#371 creates them with these keys)`;
}

export function anotherProject(buckets: readonly string[]) {
  return fail(
    'E2302',
    `The keys do not reach ${buckets.join(', ')} (403): they belong to another project, or the names are taken.`,
    {
      actions: [
        'make keys in the project that has these buckets: Hetzner Console, Object Storage, Manage credentials',
        'if these buckets are not yours: set another spec.objectStorage.bucketPrefix',
      ],
      data: { buckets: [...buckets] },
    },
  );
}

function taken(name: string, why: string) {
  return fail('E2303', `Bucket ${name} cannot be used: ${why}. Names are shared by all customers.`, {
    actions: ['Choose another spec.objectStorage.bucketPrefix', command('credentials verify', 's3-access-key')],
    data: { bucket: name },
  });
}
