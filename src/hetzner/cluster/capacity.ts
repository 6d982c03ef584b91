/** Whether Hetzner sells what the spec asks for, there and now, and what it costs a month. */
import type { Spec } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import type { HetznerApi } from '../api/api.js';
import type { LocationPrice, ServerType } from '../api/offerings.js';

/** GB of memory below which a control plane cannot carry the Blueprints, and below which it is tight. */
export const memoryFloor = 16;
export const memoryComfort = 32;
export const loadBalancerType = 'lb11';

export interface PricedPart {
  what: string;
  count: number;
  /** Gross, in the currency of the price list, for one. */
  monthly: number;
}

export interface Capacity {
  location: string;
  networkZone: string;
  parts: PricedPart[];
  monthly: number;
  currency: string;
  warnings: string[];
}

/** Throws E2005 for what cannot be, E2002 for what is out of stock. Reads only. */
export async function checkCapacity(api: HetznerApi, hetzner: Spec['hetzner']): Promise<Capacity> {
  const [locations, types, balancers, pricing] = await Promise.all([
    api.locations(),
    api.serverTypes(),
    api.loadBalancerTypes(),
    api.pricing(),
  ]);
  const location = locations.find(({ name }) => name === hetzner.location);
  if (!location) {
    const known = locations.map(({ name }) => name).join(', ');
    throw unfit(`Hetzner has no location ${hetzner.location}; it has ${known}.`, ['set spec.hetzner.location']);
  }
  const warnings: string[] = [];
  const controlPlane = findType(types, hetzner.controlPlane.type, location.name);
  if (controlPlane.memory < memoryFloor) {
    throw unfit(
      `${controlPlane.name} has ${controlPlane.memory} GB of memory; a control plane needs at least ${memoryFloor} GB.`,
      [`set spec.hetzner.controlPlane.type to one of: ${fitting(types, location.name).join(', ')}`],
    );
  }
  if (controlPlane.memory < memoryComfort && hetzner.workers.count === 0) {
    warnings.push(
      `${controlPlane.name} has ${controlPlane.memory} GB of memory; with all 24 Blueprints on it ${memoryComfort} GB is recommended.`,
    );
  }
  const parts: PricedPart[] = [priced(controlPlane, location.name, hetzner.controlPlane.count)];
  if (hetzner.workers.count > 0) {
    const worker = findType(types, hetzner.workers.type ?? hetzner.controlPlane.type, location.name);
    parts.push(priced(worker, location.name, hetzner.workers.count));
  }
  const balancer = balancers.find(({ name }) => name === loadBalancerType);
  if (!balancer) throw unfit(`Hetzner no longer offers the load balancer ${loadBalancerType}.`, []);
  parts.push(priced(balancer, location.name, 1));
  const address = pricing.primary_ips.find(({ type }) => type === 'ipv4')?.prices ?? [];
  const perAddress = Number(address.find((price) => price.location === location.name)?.price_monthly.gross ?? 0);
  parts.push({ what: 'primary IPv4', count: hetzner.controlPlane.count + hetzner.workers.count, monthly: perAddress });
  return {
    location: location.name,
    networkZone: location.network_zone,
    parts,
    monthly: parts.reduce((sum, part) => sum + part.count * part.monthly, 0),
    currency: pricing.currency,
    warnings,
  };
}

function findType(types: readonly ServerType[], name: string, location: string): ServerType {
  const type = types.find((one) => one.name === name);
  const choose = [`choose one of: ${fitting(types, location).join(', ')}`];
  if (!type) throw unfit(`Hetzner has no server type ${name}.`, choose);
  if (type.architecture !== 'x86') {
    throw unfit(`${name} is an ARM type; some Blueprints have images for x86 only.`, choose);
  }
  const offer = type.locations.find((one) => one.name === location);
  if (!offer) throw unfit(`${name} is not available in ${location}.`, choose);
  if (offer.deprecation) {
    const since = offer.deprecation.unavailable_after.slice(0, 10);
    throw unfit(`${name} is retired in ${location}: it cannot be ordered after ${since}.`, choose);
  }
  if (!offer.available) {
    throw fail('E2002', `${name} is out of stock in ${location} at the moment.`, {
      actions: [...choose, 'or try later'],
    });
  }
  return type;
}

/** Types a control plane could have there now, the cheapest first. */
function fitting(types: readonly ServerType[], location: string): string[] {
  return types
    .filter((type) => type.architecture === 'x86' && type.memory >= memoryFloor)
    .filter((type) => type.locations.some((one) => one.name === location && one.available && !one.deprecation))
    .sort((a, b) => monthly(a.prices, location) - monthly(b.prices, location))
    .map(({ name }) => name);
}

function monthly(prices: readonly LocationPrice[], location: string): number {
  return Number(prices.find((price) => price.location === location)?.price_monthly.gross ?? 0);
}

function priced(type: { name: string; prices: LocationPrice[] }, location: string, count: number): PricedPart {
  return { what: type.name, count, monthly: monthly(type.prices, location) };
}

function unfit(message: string, actions: readonly string[]) {
  return fail('E2005', message, { actions: [...actions, 'catalyst cluster plan'] });
}
