import { z } from 'zod';
import type { Inventory } from '../purge/plan/inventory.js';
import { named, privateNets, sold } from './fields.js';
import { type Kind, keyOf, keysOf, priceAt } from './kind.js';

export const server: Kind<'server'> = {
  fields: { primary_disk_size: z.number(), private_net: privateNets, server_type: sold, location: named },

  inferred({ labels = {}, private_net }, chosen) {
    if (!('hcloud/node-group' in labels)) return undefined;
    // A node of somebody else's cluster may stand in this network too, beside its own.
    const network = private_net.every((net) => chosen('network', net.network)) ? private_net[0]?.network : undefined;
    if (network === undefined) return undefined;
    const reason = `made by the autoscaler in network ${network}, which is selected`;
    return { reason, dependsOn: keyOf('network', network) };
  },

  takes: ({ id }, inventory) => [
    ...keysOf(
      'primary_ip',
      addressesOf(id, inventory).flatMap((ip) => (ip.auto_delete ? ip.id : [])),
    ),
    ...keysOf(
      'image',
      backupsOf(id, inventory).map((image) => image.id),
    ),
  ],

  implies({ id, primary_disk_size }, inventory) {
    const ips = addressesOf(id, inventory);
    return [
      `the disk of ${primary_disk_size} GB`,
      ...backupsOf(id, inventory).map((image) => `backup ${image.description} (${image.id})`),
      ...ips.filter((ip) => ip.auto_delete).map((ip) => `address ${ip.ip} with its reverse DNS`),
      ...ips.filter((ip) => !ip.auto_delete).map((ip) => `address ${ip.ip} stays and becomes free`),
    ];
  },

  monthly({ server_type, location, backup_window }, pricing) {
    const backup = backup_window ? 1 + Number(pricing.server_backup.percentage) / 100 : 1;
    return priceAt(server_type.prices, location.name) * backup;
  },

  unprotect: { rebuild: false },
};

const addressesOf = (id: number, { primary_ip }: Inventory) => primary_ip.filter((ip) => ip.assignee_id === id);

const backupsOf = (id: number, { image }: Inventory) =>
  image.filter((one) => one.type === 'backup' && one.bound_to === id);
