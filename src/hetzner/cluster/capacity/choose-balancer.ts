/** The load balancer that is ordered: the type that the spec names, or the smallest on sale that takes its services and servers. Pure. */
import type { Spec } from '../../../sovereign/spec/schema.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { LoadBalancerType } from '../../api/offerings.js';
import { services } from '../parts.js';
import { byPrice, saleOfBalancer, unfit } from './on-sale.js';

export interface BalancerOffers {
  balancerTypes: readonly LoadBalancerType[];
  location: string;
  now: Date;
}

/** Throws E2005 for what cannot be, E2002 when nothing that fits is sold there. */
export function chooseBalancer(
  { balancerTypes, location, now }: BalancerOffers,
  hetzner: Spec['hetzner'],
): LoadBalancerType {
  const fits = (type: LoadBalancerType) =>
    type.max_services >= services.length && type.max_targets >= hetzner.controlPlane.count + hetzner.workers.count;
  const sale = (type: LoadBalancerType) => saleOfBalancer(type, location, now);
  const free = balancerTypes
    .filter((type) => fits(type) && sale(type).state === 'on-sale')
    .toSorted(byPrice(location, sale));
  const named = hetzner.loadBalancer?.type;
  const field = 'spec.hetzner.loadBalancer.type';
  const choose = [`set ${field} to one of: ${free.map(({ name }) => name).join(', ')}`, `or leave ${field} out`];
  if (named === undefined) {
    if (free[0]) return free[0];
    throw fail('E2002', `Hetzner sells no load balancer in ${location} that fits.`, {
      actions: ['set spec.hetzner.location to another location', command('cluster plan')],
    });
  }
  const type = balancerTypes.find(({ name }) => name === named);
  if (!type) throw unfit(`Hetzner has no load balancer type ${named}.`, choose);
  const found = sale(type);
  if (found.state === 'retired')
    throw unfit(`${named} is retired: it could be ordered until ${found.lastDay}.`, choose);
  if (found.state !== 'on-sale') throw unfit(`${named} is not available in ${location}.`, choose);
  if (!fits(type))
    throw unfit(`${named} takes ${type.max_targets} targets and ${type.max_services} services: too few.`, choose);
  return type;
}
