import { z } from 'zod';
import { id, named } from './fields.js';
import { type Kind, keyOf, keysOf, priceAt } from './kind.js';

export const primaryIp: Kind<'primary_ip'> = {
  fields: { ip: z.string(), type: z.string(), auto_delete: z.boolean(), assignee_id: id.nullable(), location: named },

  inferred({ auto_delete, assignee_id }, chosen) {
    if (!auto_delete || !chosen('server', assignee_id)) return undefined;
    const reason = `goes with server ${assignee_id} (auto-delete)`;
    return { reason, dependsOn: keyOf('server', assignee_id!), goes: true };
  },

  users: ({ assignee_id }) => keysOf('server', [assignee_id]),
  implies: ({ ip }) => [`address ${ip} with its reverse DNS`],
  monthly: ({ type, location }, { primary_ips }) =>
    priceAt(primary_ips.find((one) => one.type === type)?.prices, location.name),
};
