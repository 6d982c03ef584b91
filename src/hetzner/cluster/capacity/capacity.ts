/** What the cluster is made of, whether Hetzner sells it there and now, and what it costs a month. */
import type { Spec } from '../../../sovereign/spec/schema.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { HetznerApi } from '../../api/api.js';
import { clusterNames } from '../../names.js';
import { isOurs } from '../ensure.js';
import type { ChosenTypes } from '../parts.js';
import { alternatives, type Existing, type Offers } from './candidates.js';
import { type Choice, chooseTypes } from './choose-types.js';
import { monthlyOf } from './on-sale.js';

export interface PricedPart {
  what: string;
  count: number;
  /** Gross, in the currency of the price list, for one. */
  monthly: number;
}

export interface Capacity {
  location: string;
  networkZone: string;
  /** What is ordered: named by the spec, or the cheapest on sale that fits. */
  types: ChosenTypes;
  /** Other types that each role could have there now, the cheapest first. */
  others: { controlPlane: string[]; worker: string[] };
  parts: PricedPart[];
  /** Virtual CPUs of all servers. */
  cores: number;
  monthly: number;
  currency: string;
  warnings: string[];
}

type Wanted = Pick<Spec, 'fqdn' | 'profile' | 'hetzner'>;

/** Throws E2005 for what cannot be, E2002 for what is out of stock. Reads only. */
export async function checkCapacity(api: HetznerApi, wanted: Wanted, now: Date): Promise<Capacity> {
  const { hetzner } = wanted;
  const [locations, serverTypes, balancerTypes, pricing, existing] = await Promise.all([
    api.locations(),
    api.serverTypes(),
    api.loadBalancerTypes(),
    api.pricing(),
    existingTypes(api, wanted),
  ]);
  const location = locations.find(({ name }) => name === hetzner.location);
  if (!location) {
    const known = locations.map(({ name }) => name).join(', ');
    throw fail('E2005', `Hetzner has no location ${hetzner.location}; it has ${known}.`, {
      actions: ['set spec.hetzner.location', command('cluster plan')],
    });
  }
  const offers: Offers = { serverTypes, balancerTypes, location: location.name, now };
  const choice = chooseTypes(offers, wanted, existing);
  const address = pricing.primary_ips.find(({ type }) => type === 'ipv4')?.prices ?? [];
  const perAddress = Number(address.find((price) => price.location === location.name)?.price_monthly.gross ?? 0);
  const parts: PricedPart[] = [
    ...priced(choice, hetzner, location.name),
    { what: 'primary IPv4', count: hetzner.controlPlane.count + hetzner.workers.count, monthly: perAddress },
  ];
  const { controlPlane, worker, loadBalancer, warnings } = choice;
  return {
    location: location.name,
    networkZone: location.network_zone,
    types: {
      controlPlane: controlPlane.name,
      ...(worker ? { worker: worker.name } : {}),
      loadBalancer: loadBalancer.name,
    },
    others: {
      controlPlane: alternatives(offers, wanted, 'controlPlane', worker).filter((name) => name !== controlPlane.name),
      worker: alternatives(offers, wanted, 'worker', controlPlane).filter((name) => name !== worker?.name),
    },
    parts,
    cores: controlPlane.cores * hetzner.controlPlane.count + (worker?.cores ?? 0) * hetzner.workers.count,
    monthly: parts.reduce((sum, part) => sum + part.count * part.monthly, 0),
    currency: pricing.currency,
    warnings,
  };
}

/** "1 × cpx62, 2 × cx43, 1 × lb11" */
export const partsText = ({ parts }: Pick<Capacity, 'parts'>): string =>
  parts
    .filter(({ what }) => what !== 'primary IPv4')
    .map(({ count, what }) => `${count} × ${what}`)
    .join(', ');

function priced(
  { controlPlane, worker, loadBalancer }: Choice,
  hetzner: Wanted['hetzner'],
  location: string,
): PricedPart[] {
  const one = (type: { name: string; prices: typeof controlPlane.prices }, count: number): PricedPart => {
    const monthly = monthlyOf(type, location);
    // What is retired since it was made has no price any more.
    return { what: type.name, count, monthly: Number.isFinite(monthly) ? monthly : 0 };
  };
  return [
    one(controlPlane, hetzner.controlPlane.count),
    ...(worker ? [one(worker, hetzner.workers.count)] : []),
    one(loadBalancer, 1),
  ];
}

/** What catalyst made there already, by exact names: it is neither ordered again nor held against what is on sale. Leftovers are purged. */
async function existingTypes(api: HetznerApi, { fqdn, hetzner }: Wanted): Promise<Existing> {
  const names = clusterNames(fqdn);
  const [servers, balancers] = await Promise.all([
    api.list('server'),
    api.list('load_balancer', { name: names.loadBalancer }),
  ]);
  const role = (name: (index: number) => string, count: number) => {
    const wanted = new Set(Array.from({ length: count }, (_, index) => name(index + 1)));
    const found = servers.filter((server) => wanted.has(server.name) && isOurs(server, fqdn));
    return found[0] ? { type: found[0].server_type, missing: count - found.length } : undefined;
  };
  const controlPlane = role(names.controlPlane, hetzner.controlPlane.count);
  const worker = role(names.worker, hetzner.workers.count);
  const loadBalancer = balancers.find(
    (one) => one.name === names.loadBalancer && isOurs(one, fqdn),
  )?.load_balancer_type;
  return {
    ...(controlPlane ? { controlPlane } : {}),
    ...(worker ? { worker } : {}),
    ...(loadBalancer ? { loadBalancer } : {}),
  };
}
