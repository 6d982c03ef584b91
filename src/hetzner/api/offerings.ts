/**
 * What Hetzner sells, where and for how much: shapes as the API tells them. Prices are decimal strings in the currency of
 * `/pricing`, times RFC 3339, sizes in GB.
 */
export interface Location {
  id: number;
  name: string;
  description: string;
  country: string;
  city: string;
  latitude: number;
  longitude: number;
  network_zone: string;
}

export interface Amount {
  net: string;
  gross: string;
}

export interface LocationPrice {
  location: string;
  price_hourly: Amount;
  price_monthly: Amount;
  included_traffic: number;
  price_per_tb_traffic: Amount;
}

export interface Deprecation {
  announced: string;
  unavailable_after: string;
}

export interface ServerType {
  id: number;
  name: string;
  description: string;
  cores: number;
  /** GB. */
  memory: number;
  disk: number;
  deprecated: boolean;
  prices: LocationPrice[];
  storage_type: 'local' | 'network';
  cpu_type: 'shared' | 'dedicated';
  category?: string;
  architecture: 'x86' | 'arm';
  deprecation?: Deprecation | null;
  /** Presence means supported, `available` orderable now. */
  locations: { id: number; name: string; deprecation: Deprecation | null; recommended: boolean; available: boolean }[];
}

export interface LoadBalancerType {
  id: number;
  name: string;
  description: string;
  max_connections: number;
  max_services: number;
  max_targets: number;
  max_assigned_certificates: number;
  deprecated: string | null;
  deprecation: Deprecation | null;
  prices: LocationPrice[];
}

export interface Pricing {
  currency: string;
  vat_rate: string;
  primary_ips: {
    type: 'ipv4' | 'ipv6';
    prices: { location: string; price_hourly: Amount; price_monthly: Amount }[];
  }[];
  floating_ips: { type: 'ipv4' | 'ipv6'; prices: { location: string; price_monthly: Amount }[] }[];
  floating_ip: { price_monthly: Amount };
  image: { price_per_gb_month: Amount };
  volume: { price_per_gb_month: Amount };
  server_backup: { percentage: string };
  server_types: { id: number; name: string; prices: LocationPrice[] }[];
  load_balancer_types: { id: number; name: string; prices: LocationPrice[] }[];
}
