/** Shapes that several types of resources have in their answers. */
import { z } from 'zod';

export const id = z.number().int();
export const ids = z.array(id);
export const named = z.looseObject({ name: z.string() });
export const amount = z.looseObject({ gross: z.union([z.string(), z.number()]) });
export const prices = z.array(z.looseObject({ location: z.string(), price_monthly: amount }));
export const sold = z.looseObject({ prices: prices.optional() });
export const privateNets = z.array(z.looseObject({ network: id.optional() }));
export const withId = z.looseObject({ id });
export const target = z.looseObject({
  server: withId.optional(),
  targets: z.array(z.looseObject({ server: withId.optional() })).optional(),
});
