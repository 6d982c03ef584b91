import { z } from 'zod';
import { id } from './fields.js';
import { type Kind, keyOf, keysOf } from './kind.js';

export const image: Kind<'image'> = {
  fields: { type: z.string(), bound_to: id.nullable(), image_size: z.number().nullable(), disk_size: z.number() },

  /** System and app images are Hetzner's; without a type the list would hold hundreds of them. */
  async list(api) {
    const lists = await Promise.all(['snapshot', 'backup'].map((type) => api.list('image', { type })));
    return lists.flat().filter(({ type }) => type === 'snapshot' || type === 'backup');
  },

  inferred({ type, bound_to }, chosen) {
    if (type !== 'backup' || !chosen('server', bound_to)) return undefined;
    return { reason: `backup that goes with server ${bound_to}`, dependsOn: keyOf('server', bound_to!), goes: true };
  },

  keptByChoice: (_item, { snapshots }, inferred) =>
    inferred?.goes || snapshots ? undefined : 'snapshots go only with --snapshots',

  users: ({ type, bound_to }) => (type === 'backup' ? keysOf('server', [bound_to]) : []),
  // one that goes with its server waits for it; any other can be deleted at any time
  first: () => [],
  implies: ({ disk_size }) => [`${disk_size} GB of disk image`],
  monthly: ({ image_size }, pricing) => (image_size ?? 0) * Number(pricing.image.price_per_gb_month.gross),
};
