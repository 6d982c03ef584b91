/**
 * The fields of Hetzner's answers that decide what belongs to whom and what goes: a wrong type in one of them is Hetzner's error,
 * found where it enters, and never a guess further down. Other fields may be anything.
 */
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { amount, id, prices } from '../resources/fields.js';
import { kindOf, resourceTypes } from '../resources/kinds.js';
import type { Pricing } from './offerings.js';
import type { Resource, ResourceMap, ResourceType } from './types.js';

const resource = {
  id,
  name: z.string().nullish(),
  description: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  created: z.string(),
  protection: z.looseObject({ delete: z.boolean().optional() }).nullish(),
};
const schemas = new Map<ResourceType, z.ZodType>(
  resourceTypes.map((type) => [type, z.looseObject({ ...resource, ...kindOf(type).fields })]),
);

const pricingSchema = z.looseObject({
  currency: z.string(),
  primary_ips: z.array(z.looseObject({ type: z.string(), prices })),
  floating_ips: z.array(z.looseObject({ type: z.string(), prices })),
  image: z.looseObject({ price_per_gb_month: amount }),
  volume: z.looseObject({ price_per_gb_month: amount }),
  server_backup: z.looseObject({ percentage: z.union([z.string(), z.number()]) }),
});

/** The same item. Throws E2001 naming the field. */
export function checkedResource<T extends ResourceType>(type: T, item: unknown): ResourceMap[T] {
  check(
    `${type.replaceAll('_', ' ')} ${JSON.stringify((item as Partial<Resource> | null)?.id)}`,
    schemas.get(type)!,
    item,
  );
  return item as ResourceMap[T];
}

export function checkedPricing(pricing: unknown): Pricing {
  check('price list', pricingSchema, pricing);
  return pricing as Pricing;
}

function check(what: string, schema: z.ZodType, value: unknown): void {
  const { error } = checkShape(schema, value);
  if (!error) return;
  const { path, message } = error.issues[0]!;
  throw fail('E2001', `Hetzner answered with a ${what} whose "${path.join('.')}" is wrong: ${message}.`, {
    actions: [command('resume'), 'check HCLOUD_ENDPOINT and the proxy on the way'],
  });
}
