/**
 * The fields of Hetzner's answers that decide what belongs to whom and what goes: a wrong type in one of them is Hetzner's error,
 * found where it enters, and never a guess further down. Other fields may be anything.
 */
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Pricing } from './offerings.js';
import { type Resource, type ResourceMap, type ResourceType, resourceTypes } from './types.js';

const id = z.number().int();
const ids = z.array(id);
const named = z.looseObject({ name: z.string() });
const amount = z.looseObject({ gross: z.union([z.string(), z.number()]) });
const prices = z.array(z.looseObject({ location: z.string(), price_monthly: amount }));
const sold = z.looseObject({ prices: prices.optional() });
const privateNets = z.array(z.looseObject({ network: id.optional() }));
const server = z.looseObject({ id });

const resource = {
  id,
  name: z.string().nullish(),
  description: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  created: z.string(),
  protection: z.looseObject({ delete: z.boolean().optional() }).nullish(),
};
const address = { ip: z.string() };
const target = z.looseObject({
  server: server.optional(),
  targets: z.array(z.looseObject({ server: server.optional() })).optional(),
});

const fields: Record<ResourceType, z.ZodRawShape> = {
  server: { primary_disk_size: z.number(), private_net: privateNets, server_type: sold, location: named },
  load_balancer: {
    public_net: z.looseObject({ ipv4: z.looseObject({ ip: z.string().nullish() }) }),
    private_net: privateNets,
    targets: z.array(target),
    load_balancer_type: sold,
    location: named,
  },
  volume: { server: id.nullable(), size: z.number() },
  floating_ip: { ...address, type: z.string(), server: id.nullable(), home_location: named },
  primary_ip: {
    ...address,
    type: z.string(),
    auto_delete: z.boolean(),
    assignee_id: id.nullable(),
    location: named,
  },
  firewall: {
    applied_to: z.array(
      z.looseObject({ type: z.string(), server: server.optional(), applied_to_resources: z.array(target).optional() }),
    ),
  },
  certificate: { used_by: z.array(server) },
  placement_group: { servers: ids },
  network: { servers: ids, load_balancers: ids.optional() },
  image: { type: z.string(), bound_to: id.nullable(), image_size: z.number().nullable(), disk_size: z.number() },
  ssh_key: {},
  zone: { record_count: z.number() },
};

const schemas = new Map<ResourceType, z.ZodType>(
  resourceTypes.map((type) => [type, z.looseObject({ ...resource, ...fields[type] })]),
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
