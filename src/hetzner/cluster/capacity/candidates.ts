/** The server types that a role could have, by what Hetzner sells that day: one when the spec names it, or when it has servers. Pure. */
import type { Spec } from '../../../sovereign/spec/schema.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { LoadBalancerType, ServerType } from '../../api/offerings.js';
import { byPrice, saleOfServer, unfit } from './on-sale.js';
import { controlPlaneFloor, whyTooSmall, workerFloor } from './requirements.js';

export interface Offers {
  serverTypes: readonly ServerType[];
  balancerTypes: readonly LoadBalancerType[];
  location: string;
  now: Date;
}

/** Types of what is there already, by role; `missing` servers of that role are still to be made. */
export interface Existing {
  controlPlane?: { type: ServerType; missing: number };
  worker?: { type: ServerType; missing: number };
  loadBalancer?: LoadBalancerType;
}

export type Wanted = Pick<Spec, 'profile' | 'hetzner'>;
export type Role = 'controlPlane' | 'worker';

export const floors: Readonly<Record<Role, number>> = { controlPlane: controlPlaneFloor, worker: workerFloor };
export const fields: Readonly<Record<Role, string>> = {
  controlPlane: 'spec.hetzner.controlPlane.type',
  worker: 'spec.hetzner.workers.type',
};
const nouns: Readonly<Record<Role, string>> = { controlPlane: 'control plane', worker: 'worker' };

/**
 * Types that a role could have there now instead, the cheapest first.
 * @param other what the other role has; left out: the same
 */
export function alternatives(offers: Offers, wanted: Wanted, role: Role, other?: ServerType): string[] {
  return onSale(offers, floors[role])
    .filter((type) => {
      const beside = other ?? type;
      const set =
        role === 'controlPlane' ? { controlPlane: type, worker: beside } : { controlPlane: beside, worker: type };
      return whyTooSmall(wanted, set) === undefined;
    })
    .map(({ name }) => name);
}

export function onSale({ serverTypes, location, now }: Offers, floor: number): ServerType[] {
  return serverTypes
    .filter((type) => type.architecture === 'x86' && type.memory >= floor)
    .filter((type) => saleOfServer(type, location, now).state === 'on-sale')
    .toSorted(byPrice(location, (type) => saleOfServer(type, location, now)));
}

/** Throws E2005 for what cannot be, E2002 for what is out of stock. */
export function candidates(offers: Offers, wanted: Wanted, role: Role, existing: Existing): ServerType[] {
  const { controlPlane, workers } = wanted.hetzner;
  const named = role === 'controlPlane' ? controlPlane.type : workers.type;
  const there = existing[role];
  if (there?.missing === 0) return [there.type];
  if (named !== undefined) return [findType(offers, wanted, role, named)];
  const free = onSale(offers, floors[role]);
  if (free.length === 0) throw nothingThere(offers, wanted, role);
  const same = free.find(({ name }) => name === there?.type.name);
  return same ? [same] : free;
}

function findType(offers: Offers, wanted: Wanted, role: Role, name: string): ServerType {
  const { serverTypes, location, now } = offers;
  const type = serverTypes.find((one) => one.name === name);
  const others = alternatives(offers, wanted, role);
  const choose = [`set ${fields[role]} to one of: ${others.join(', ')}`, `or leave ${fields[role]} out`];
  if (!type) throw unfit(`Hetzner has no server type ${name}.`, choose);
  if (type.architecture !== 'x86')
    throw unfit(`${name} is an ARM type; some Blueprints have images for x86 only.`, choose);
  const sale = saleOfServer(type, location, now);
  if (sale.state === 'unknown') throw unfit(`${name} is not available in ${location}.`, choose);
  if (sale.state === 'retired')
    throw unfit(`${name} is retired in ${location}: it could be ordered until ${sale.lastDay}.`, choose);
  if (sale.state === 'out')
    throw fail('E2002', `${name} is out of stock in ${location} at the moment.`, {
      actions: [...choose, 'or try later'],
    });
  if (type.memory < floors[role])
    throw unfit(`${name} has ${type.memory} GB of memory; a ${nouns[role]} needs at least ${floors[role]} GB.`, choose);
  return type;
}

/** Nothing that is sold there fits: where it is. */
function nothingThere(offers: Offers, wanted: Wanted, role: Role) {
  const elsewhere = [...new Set(offers.serverTypes.flatMap(({ locations }) => locations.map(({ name }) => name)))]
    .map((location) => ({ location, type: alternatives({ ...offers, location }, wanted, role)[0] }))
    .filter(({ type }) => type !== undefined)
    .map(({ location, type }) => `${location} (${type})`);
  return fail(
    'E2002',
    `Hetzner has no x86 server type with ${floors[role]} GB of memory in stock in ${offers.location} at the moment.`,
    {
      actions: [
        elsewhere.length > 0
          ? `set spec.hetzner.location to one of: ${elsewhere.join(', ')}`
          : 'no other location has one either: try later',
        command('cluster plan'),
      ],
    },
  );
}
