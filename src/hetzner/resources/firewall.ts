import { z } from 'zod';
import { target, withId } from './fields.js';
import { type Kind, keysOf } from './kind.js';

export const firewall: Kind<'firewall'> = {
  fields: {
    applied_to: z.array(
      z.looseObject({ type: z.string(), server: withId.optional(), applied_to_resources: z.array(target).optional() }),
    ),
  },

  users: ({ applied_to }) =>
    keysOf(
      'server',
      applied_to.flatMap((use) => [use.server?.id, ...(use.applied_to_resources ?? []).map((one) => one.server?.id)]),
    ),

  release({ applied_to }) {
    const remove_from = applied_to.flatMap(({ type, label_selector }) =>
      type === 'label_selector' ? [{ type, label_selector }] : [],
    );
    return remove_from.length > 0
      ? { action: 'remove_from_resources', body: { remove_from }, gone: 'firewall_resource_not_found' }
      : undefined;
  },
};
