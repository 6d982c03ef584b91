import { z } from 'zod';
import type { Kind } from './kind.js';

export const zone: Kind<'zone'> = {
  fields: { record_count: z.number() },
  keptByChoice: (_item, { zones }) => (zones ? undefined : 'DNS zones go only with --zones'),
  implies: ({ record_count }) => [`${record_count} record sets`],
};
