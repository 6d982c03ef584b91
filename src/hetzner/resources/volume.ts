import { z } from 'zod';
import { id } from './fields.js';
import { type Kind, keyOf, keysOf } from './kind.js';

export const volume: Kind<'volume'> = {
  fields: { server: id.nullable(), size: z.number() },

  inferred({ labels = {}, server }, chosen) {
    if (labels['managed-by'] !== 'csi-driver' || server === null || !chosen('server', server)) return undefined;
    const reason = `made by the CSI driver and attached to server ${server}, which is selected`;
    return { reason, dependsOn: keyOf('server', server) };
  },

  keptByChoice: (item, { retained }) =>
    retained?.includes(item.id) ? 'its PersistentVolume has reclaim policy Retain' : undefined,

  users: ({ server }) => keysOf('server', [server]),
  implies: ({ size }) => [`${size} GB of data`],
  monthly: ({ size }, { volume: { price_per_gb_month } }) => size * Number(price_per_gb_month.gross),
};
