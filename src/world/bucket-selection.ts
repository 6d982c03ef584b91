/** Which buckets are a Sovereign's, by the names that the spec gives its consumers. */
import type { BucketSelection } from '../hetzner/purge/plan/buckets.js';
import { bucketConsumers, bucketName } from '../sovereign/object-storage.js';
import type { World } from './world.js';

/** `live`: whether a cluster of this Sovereign uses its buckets. */
export function bucketSelection({ sovereign: { spec } }: Pick<World, 'sovereign'>, live: boolean): BucketSelection {
  return { fqdn: spec.fqdn, expected: bucketConsumers.map((consumer) => bucketName(spec, consumer)), live };
}
