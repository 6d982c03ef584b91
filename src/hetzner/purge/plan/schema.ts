/** What a saved purge plan may contain. Strict: an unknown field is refused, since whoever added it expected an effect. */
import { z } from 'zod';
import { resourceTypes } from '../../api/types.js';

const text = z.string().max(100_000);
const id = z.number().int().nonnegative();
const type = z.enum(resourceTypes);
const key = z.string().regex(/^[a-z_]+\/\d+$/);

const rowSchema = z.strictObject({
  type,
  id,
  name: text,
  labels: z.record(text, text),
  created: text,
  protected: z.boolean(),
  selected: z.boolean(),
  reason: text,
  implies: z.array(text),
  first: z.array(z.enum(['unprotect', 'release'])),
  goesWith: key.optional(),
  dependsOn: key.optional(),
  kept: z.literal(true).optional(),
  monthly: z.number().optional(),
});

export const purgePlanSchema = z.strictObject({
  kind: z.literal('catalyst-purge-plan'),
  version: z.literal(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  project: text,
  marker: id.optional(),
  endpoint: text,
  at: text,
  selection: z.strictObject({
    fqdn: text,
    includeLive: z.boolean(),
    zones: z.boolean(),
    snapshots: z.boolean(),
    unprotect: z.array(type),
    retained: z.array(id).optional(),
  }),
  currency: text,
  resources: z.array(rowSchema),
  buckets: z
    .strictObject({
      endpoint: text,
      account: text,
      rows: z.array(
        z.strictObject({ name: text, created: text, selected: z.boolean(), reason: text, implies: z.array(text) }),
      ),
    })
    .optional(),
});
