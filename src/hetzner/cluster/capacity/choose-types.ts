/**
 * Which types the cluster is made of: those that the spec names, if Hetzner sells them there, else the cheapest on sale that carry the
 * Blueprints. A role that has servers already goes on with their type. Pure.
 */

import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { LoadBalancerType, ServerType } from '../../api/offerings.js';
import { candidates, type Existing, fields, floors, type Offers, onSale, type Wanted } from './candidates.js';
import { chooseBalancer } from './choose-balancer.js';
import { monthlyOf, type Sale, saleOfBalancer, saleOfServer } from './on-sale.js';
import { type ServerSet, whyTooSmall } from './requirements.js';

export interface Choice {
  controlPlane: ServerType;
  /** Undefined without workers. */
  worker?: ServerType;
  loadBalancer: LoadBalancerType;
  warnings: string[];
}

/** Throws E2005 for what cannot be, E2002 for what is out of stock. */
export function chooseTypes(offers: Offers, wanted: Wanted, existing: Existing = {}): Choice {
  const { hetzner } = wanted;
  const leading = candidates(offers, wanted, 'controlPlane', existing);
  const workers = hetzner.workers.count > 0 ? candidates(offers, wanted, 'worker', existing) : [undefined];
  const set = cheapestSet(offers, wanted, leading, workers);
  const sets = leading.flatMap((controlPlane) => workers.map((worker) => ({ controlPlane, worker })));
  if (!set) throw tooSmall(offers, wanted, sets[0], existing);
  const loadBalancer = existing.loadBalancer ?? chooseBalancer(offers, hetzner);
  const ending = (what: { name: string }, sale: Sale, isThere: boolean) =>
    !isThere && sale.state === 'on-sale' && sale.lastDay
      ? [
          `${what.name} is available in ${offers.location} only until ${sale.lastDay}: a server or load balancer that is created after that needs another type.`,
        ]
      : [];
  const { controlPlane, worker } = set;
  const sale = (type: ServerType) => saleOfServer(type, offers.location, offers.now);
  return {
    controlPlane,
    ...(worker ? { worker } : {}),
    loadBalancer,
    warnings: [
      ...ending(controlPlane, sale(controlPlane), existing.controlPlane?.missing === 0),
      ...(worker && worker !== controlPlane ? ending(worker, sale(worker), existing.worker?.missing === 0) : []),
      ...ending(
        loadBalancer,
        saleOfBalancer(loadBalancer, offers.location, offers.now),
        existing.loadBalancer !== undefined,
      ),
    ],
  };
}

type Candidates = readonly (ServerType | undefined)[];

function cheapestSet(offers: Offers, wanted: Wanted, leading: readonly ServerType[], workers: Candidates) {
  const { controlPlane: count, workers: others } = wanted.hetzner;
  const { location, now } = offers;
  const ends = (type: ServerType | undefined) =>
    Number(type !== undefined && 'lastDay' in saleOfServer(type, location, now));
  const price = (type: ServerType | undefined) => (type ? monthlyOf(type, location) : 0);
  return leading
    .flatMap((controlPlane) => workers.map((worker) => ({ controlPlane, worker })))
    .filter(
      ({ controlPlane, worker }) => whyTooSmall(wanted, { controlPlane, ...(worker ? { worker } : {}) }) === undefined,
    )
    .map((set) => ({
      ...set,
      ends: ends(set.controlPlane) + ends(set.worker),
      price: count.count * price(set.controlPlane) + others.count * price(set.worker),
    }))
    .toSorted((one, other) => one.ends - other.ends || one.price - other.price)[0];
}

/** With what would do, where the type may still be chosen. */
function tooSmall(offers: Offers, wanted: Wanted, set: ServerSet | undefined, existing: Existing) {
  const why = set ? whyTooSmall(wanted, set) : 'nothing that fits is available';
  const { controlPlane, workers } = wanted.hetzner;
  const hetzner = { ...wanted.hetzner, controlPlane: { count: controlPlane.count }, workers: { count: workers.count } };
  const best = cheapestSet(
    offers,
    { ...wanted, hetzner },
    onSale(offers, floors.controlPlane),
    workers.count > 0 ? onSale(offers, floors.worker) : [undefined],
  );
  const named = best && `${fields.controlPlane} to ${best.controlPlane.name}`;
  const both = best?.worker ? `${named} and ${fields.worker} to ${best.worker.name}` : named;
  return fail('E2005', `${upper(why)}.`, {
    actions: [
      ...(existing.controlPlane?.missing === 0 || !both ? [] : [`set ${both}, or leave types out`]),
      ...(best ? [] : ['set spec.hetzner.location to another location']),
      'raise spec.hetzner.workers.count',
      command('cluster plan'),
    ],
  });
}

const upper = (text = '') => text.charAt(0).toUpperCase() + text.slice(1);
