/** What is lost with a resource beside itself, and what it costs. Pure. */
import type { LocationPrice, Pricing } from '../../api/offerings.js';
import type { Resource, ResourceMap, ResourceType } from '../../api/types.js';
import type { Inventory } from '../plan/inventory.js';

export function impliedBy(type: ResourceType, item: Resource, inventory: Inventory): string[] {
  switch (type) {
    case 'server': {
      const server = item as ResourceMap['server'];
      const backups = inventory.image.filter((image) => image.type === 'backup' && image.bound_to === server.id);
      const ips = inventory.primary_ip.filter((ip) => ip.assignee_id === server.id);
      return [
        `the disk of ${server.primary_disk_size} GB`,
        ...backups.map((image) => `backup ${image.description} (${image.id})`),
        ...ips.filter((ip) => ip.auto_delete).map((ip) => `address ${ip.ip} with its reverse DNS`),
        ...ips.filter((ip) => !ip.auto_delete).map((ip) => `address ${ip.ip} stays and becomes free`),
      ];
    }
    case 'load_balancer': {
      const { public_net, targets } = item as ResourceMap['load_balancer'];
      const address = public_net.ipv4.ip ? [`address ${public_net.ipv4.ip} with its reverse DNS`] : [];
      return [...address, ...(targets.length > 0 ? [`traffic to ${targets.length} targets`] : [])];
    }
    case 'volume':
      return [`${(item as ResourceMap['volume']).size} GB of data`];
    case 'floating_ip':
    case 'primary_ip':
      return [`address ${(item as ResourceMap['floating_ip']).ip} with its reverse DNS`];
    case 'image':
      return [`${(item as ResourceMap['image']).disk_size} GB of disk image`];
    case 'zone':
      return [`${(item as ResourceMap['zone']).record_count} record sets`];
    default:
      return [];
  }
}

export function monthlyCost(type: ResourceType, item: Resource, pricing: Pricing): { monthly?: number } {
  const at = (prices: readonly Pick<LocationPrice, 'location' | 'price_monthly'>[] | undefined, location: string) =>
    Number(prices?.find((price) => price.location === location)?.price_monthly.gross ?? 0);
  const cost = (() => {
    switch (type) {
      case 'server': {
        const { server_type, location, backup_window } = item as ResourceMap['server'];
        const backup = backup_window ? 1 + Number(pricing.server_backup.percentage) / 100 : 1;
        return at(server_type.prices, location.name) * backup;
      }
      case 'load_balancer': {
        const { load_balancer_type, location } = item as ResourceMap['load_balancer'];
        return at(load_balancer_type.prices, location.name);
      }
      case 'volume':
        return (item as ResourceMap['volume']).size * Number(pricing.volume.price_per_gb_month.gross);
      case 'image':
        return ((item as ResourceMap['image']).image_size ?? 0) * Number(pricing.image.price_per_gb_month.gross);
      case 'primary_ip': {
        const ip = item as ResourceMap['primary_ip'];
        return at(pricing.primary_ips.find((one) => one.type === ip.type)?.prices, ip.location.name);
      }
      case 'floating_ip': {
        const ip = item as ResourceMap['floating_ip'];
        return at(pricing.floating_ips.find((one) => one.type === ip.type)?.prices, ip.home_location.name);
      }
      default:
        return 0;
    }
  })();
  const monthly = Math.round(cost * 100) / 100;
  // A price or size beyond all reason has no place in a plan: it would be no number at all.
  return Number.isFinite(monthly) && monthly > 0 ? { monthly } : {};
}
