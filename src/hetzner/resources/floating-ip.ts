import { z } from 'zod';
import { id, named } from './fields.js';
import { type Kind, keysOf, priceAt } from './kind.js';

export const floatingIp: Kind<'floating_ip'> = {
  fields: { ip: z.string(), type: z.string(), server: id.nullable(), home_location: named },
  users: ({ server }) => keysOf('server', [server]),
  implies: ({ ip }) => [`address ${ip} with its reverse DNS`],
  monthly: ({ type, home_location }, { floating_ips }) =>
    priceAt(floating_ips.find((one) => one.type === type)?.prices, home_location.name),
};
