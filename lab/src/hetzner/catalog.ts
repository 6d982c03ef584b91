/** What the lab's Hetzner sells: a part of the real catalog, prices as of autumn 2026, without guarantee. */
import type { LoadBalancerType, Location, LocationPrice, Pricing, ServerType } from 'catalyst/hetzner/api/offerings.js';
import type { Image } from 'catalyst/hetzner/api/types.js';

const place = (id: number, name: string, city: string, country: string, zone: string, lat: number, lon: number) => ({
  id,
  name,
  description: `${city} DC Park`,
  country,
  city,
  latitude: lat,
  longitude: lon,
  network_zone: zone,
});

export const locations: Location[] = [
  place(1, 'fsn1', 'Falkenstein', 'DE', 'eu-central', 50.47612, 12.370071),
  place(2, 'nbg1', 'Nuremberg', 'DE', 'eu-central', 49.452102, 11.076665),
  place(3, 'hel1', 'Helsinki', 'FI', 'eu-central', 60.169855, 24.938379),
  place(4, 'ash', 'Ashburn, VA', 'US', 'us-east', 39.045821, -77.487073),
  place(5, 'hil', 'Hillsboro, OR', 'US', 'us-west', 45.54222, -122.951924),
  place(6, 'sin', 'Singapore', 'SG', 'ap-southeast', 1.283333, 103.833333),
];

const amount = (net: number) => ({ net: net.toFixed(4), gross: (net * 1.19).toFixed(4) });

function prices(monthly: number, where: readonly Location[]): LocationPrice[] {
  return where.map(({ name }) => ({
    location: name,
    price_hourly: amount(monthly / 624),
    price_monthly: amount(monthly),
    included_traffic: 21990232555520,
    price_per_tb_traffic: amount(1),
  }));
}

const europe = locations.slice(0, 3);
const retired = { announced: '2025-10-16T06:00:00+00:00', unavailable_after: '2026-01-01T00:00:00+00:00' };

interface Sold {
  name: string;
  cores: number;
  memory: number;
  disk: number;
  monthly: number;
  arm?: true;
  dedicated?: true;
  retired?: true;
  /** Supported, but out of stock here. */
  soldOut?: string[];
  where?: readonly Location[];
}

const sold: Sold[] = [
  { name: 'cx22', cores: 2, memory: 4, disk: 40, monthly: 3.29, retired: true, where: europe },
  { name: 'cx42', cores: 8, memory: 16, disk: 160, monthly: 15.9, retired: true, where: europe },
  { name: 'cx23', cores: 2, memory: 4, disk: 40, monthly: 2.99, where: europe },
  { name: 'cx33', cores: 4, memory: 8, disk: 80, monthly: 4.99, where: europe },
  { name: 'cx43', cores: 8, memory: 16, disk: 160, monthly: 8.99, where: europe },
  { name: 'cx53', cores: 16, memory: 32, disk: 320, monthly: 16.49, where: europe },
  { name: 'cpx22', cores: 2, memory: 4, disk: 80, monthly: 5.99 },
  { name: 'cpx42', cores: 8, memory: 16, disk: 320, monthly: 18.99 },
  { name: 'cpx52', cores: 12, memory: 24, disk: 480, monthly: 26.49 },
  { name: 'cpx62', cores: 16, memory: 32, disk: 640, monthly: 38.49, soldOut: ['nbg1'] },
  { name: 'cax31', cores: 8, memory: 16, disk: 160, monthly: 11.99, arm: true, where: europe },
  { name: 'cax41', cores: 16, memory: 32, disk: 320, monthly: 23.99, arm: true, where: europe },
  { name: 'ccx23', cores: 4, memory: 16, disk: 160, monthly: 23.99, dedicated: true },
  { name: 'ccx33', cores: 8, memory: 32, disk: 240, monthly: 47.99, dedicated: true },
  { name: 'ccx43', cores: 16, memory: 64, disk: 360, monthly: 95.99, dedicated: true },
];

export const serverTypes: ServerType[] = sold.map((type, index) => {
  const where = type.where ?? locations;
  const deprecation = type.retired ? retired : null;
  return {
    id: 100 + index,
    name: type.name,
    description: type.name.toUpperCase(),
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    deprecated: type.retired === true,
    deprecation,
    prices: prices(type.monthly, where),
    storage_type: 'local',
    cpu_type: type.dedicated ? 'dedicated' : 'shared',
    category: type.dedicated ? 'general_purpose' : 'cost_optimized',
    architecture: type.arm ? 'arm' : 'x86',
    locations: where.map(({ id, name }) => ({
      id,
      name,
      deprecation,
      recommended: !type.retired,
      available: !type.retired && !type.soldOut?.includes(name),
    })),
  };
});

export const loadBalancerTypes: LoadBalancerType[] = [
  { name: 'lb11', targets: 25, monthly: 5.39 },
  { name: 'lb21', targets: 75, monthly: 16.4 },
  { name: 'lb31', targets: 150, monthly: 32.9 },
].map(({ name, targets, monthly }, index) => ({
  id: index + 1,
  name,
  description: name.toUpperCase(),
  max_connections: 10_000 * (index + 1),
  max_services: 5 * (index + 1) * (index + 1),
  max_targets: targets,
  max_assigned_certificates: 10 * (index + 1),
  deprecated: null,
  deprecation: null,
  prices: prices(monthly, locations),
}));

export const systemImages: Image[] = (['x86', 'arm'] as const).flatMap((architecture, half) =>
  [
    { name: 'ubuntu-24.04', flavor: 'ubuntu' as const, version: '24.04' },
    { name: 'ubuntu-26.04', flavor: 'ubuntu' as const, version: '26.04' },
    { name: 'debian-13', flavor: 'debian' as const, version: '13' },
  ].map(({ name, flavor, version }, index) => ({
    id: 1000 + half * 100 + index,
    type: 'system' as const,
    status: 'available' as const,
    name,
    description: `${flavor} ${version}`,
    image_size: null,
    disk_size: 5,
    created: '2026-04-25T00:00:00+00:00',
    created_from: null,
    bound_to: null,
    os_flavor: flavor,
    os_version: version,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated: null,
    deleted: null,
    labels: {},
    architecture,
  })),
);

export const pricing: Pricing = {
  currency: 'EUR',
  vat_rate: '19.000000',
  primary_ips: (['ipv4', 'ipv6'] as const).map((type) => ({
    type,
    prices: locations.map(({ name }) => ({
      location: name,
      price_hourly: amount(type === 'ipv4' ? 0.0008 : 0),
      price_monthly: amount(type === 'ipv4' ? 0.5 : 0),
    })),
  })),
  floating_ips: (['ipv4', 'ipv6'] as const).map((type) => ({
    type,
    prices: locations.map(({ name }) => ({ location: name, price_monthly: amount(type === 'ipv4' ? 3 : 1) })),
  })),
  floating_ip: { price_monthly: amount(3) },
  image: { price_per_gb_month: amount(0.011) },
  volume: { price_per_gb_month: amount(0.044) },
  server_backup: { percentage: '20.000000' },
  server_types: serverTypes.map(({ id, name, prices: list }) => ({ id, name, prices: list })),
  load_balancer_types: loadBalancerTypes.map(({ id, name, prices: list }) => ({ id, name, prices: list })),
};
