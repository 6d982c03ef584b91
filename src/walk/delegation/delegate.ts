/**
 * The parent zone refers to the Sovereign's own name servers: NS for the FQDN and glue for each of them. Written before the
 * first certificate is asked for, since a certificate authority follows the public chain, and proven by #374.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import {
  type ChildZone,
  findChildZone,
  removalOf,
  removeZoneMutation,
  requireOwnContent,
  requireOwnDelegation,
} from '../../mother/child-zone.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { poolAllocations } from '../../mother/pool-domain-manager.js';
import type { PowerDnsReader, RecordSet } from '../../mother/powerdns.js';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { requireOneParentZone } from '../../mother/zone-roles.js';
import { bareName } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Preparation } from '../steps/install-blueprint.js';
import { awaitReferral, awaitResolvers } from './await-referral.js';
import { requireByHand } from './by-hand.js';
import { replaceAnswers } from './replace-answers.js';

const ttl = 300;

/** Pure: what the parent must hold. `addresses`: public IPv4 of the nodes, sorted; each has dnsdist on port 53. */
export function delegationRecords(fqdn: string, addresses: readonly string[]): RecordSet[] {
  const servers = [1, 2, 3].map((index) => `ns${index}.${fqdn}.`);
  return [
    { name: `${fqdn}.`, type: 'NS', ttl, records: servers },
    ...servers.map((name, index) => ({ name, type: 'A', ttl, records: [addresses[index % addresses.length]!] })),
  ];
}

export function delegateMutation(fqdn: string, parent: string): Mutation {
  return {
    target: { system: 'dns', kind: 'RRset', name: fqdn },
    sentence: `delegate ${fqdn} in zone ${parent} to ns1, ns2 and ns3.${fqdn}: NS records and glue`,
  };
}

export interface Delegation extends Preparation {
  /** What a person confirms by name before the run: the removal of the mother's own zone of this name. */
  destructive(): Promise<string | undefined>;
}

export function delegation(world: World): Delegation {
  const { spec } = world.sovereign;
  const { fqdn } = spec;
  const parent = parentZoneOf(world.sovereign);
  const mutation = delegateMutation(fqdn, parent);
  const elsewhere = spec.parentZone.provider !== 'powerdns';

  const wanted = async (kube: Kube): Promise<RecordSet[]> => {
    const addresses = await nodeAddresses(kube);
    if (addresses.length > 0) return delegationRecords(fqdn, addresses);
    throw fail('E4002', 'No node has a public IPv4 address for a name server.', {
      actions: ['kubectl get nodes -o wide', command('cluster status')],
    });
  };
  const missing = async (dns: PowerDnsReader, sets: readonly RecordSet[]) => {
    await requireOneParentZone(dns, world.sovereign);
    const there = await dns.zone(parent);
    if (!there) {
      throw fail('E5004', `PowerDNS at ${spec.mother.powerdns.endpoint} has no zone ${parent}.`, {
        actions: ['Set spec.parentZone.zone or spec.pool.domain'],
      });
    }
    // a DS of the zone before would have every validating resolver refuse the new one, which has other keys
    const stale = there.filter(({ name, type }) => type === 'DS' && bareName(name) === fqdn);
    const open = sets.filter((set) => !there.some((one) => sameSet(one, set)));
    return { there, open: [...open, ...stale.map((set) => ({ ...set, records: [] }))] };
  };
  const childOf = async (dns: PowerDnsReader) => findChildZone(dns, world.sovereign, await rowsIfAny(world));

  return {
    async destructive() {
      if (elsewhere) return undefined;
      // what cannot be read now is said by preflight, and nothing is removed that could not be read
      const child = await openMotherDns(world)
        .then(childOf)
        .catch(() => 'unread' as const);
      if (child === 'unread')
        return `removes zone ${fqdn} from the mother's PowerDNS, if it has one, after exporting it`;
      return child && removalOf(child, fqdn);
    },

    async plan(kube) {
      if (elsewhere) return [];
      const remove = (child: ChildZone | undefined) => (child ? [removeZoneMutation(fqdn)] : []);
      if (!kube || (await nodeAddresses(kube)).length === 0) {
        const child = await openMotherDns(world)
          .then(childOf)
          .catch(() => undefined);
        return [mutation, ...remove(child)];
      }
      const dns = await openMotherDns(world);
      const { open } = await missing(dns, await wanted(kube));
      return [...(open.length > 0 ? [mutation] : []), ...remove(await childOf(dns))];
    },

    async run(context: StepContext) {
      const kube = await world.kube();
      const sets = await wanted(kube);
      if (elsewhere) return requireByHand(world, parent, sets);
      const dns = await openMotherDns(world);
      const { there, open } = await missing(dns, sets);
      requireOwnDelegation(there, { zone: parent, fqdn, nameservers: spec.mother.powerdns.nameservers });
      const child = await childOf(dns);
      if (child) requireOwnContent(child);
      if (open.length > 0 || child) await replaceAnswers(world, context, { dns, parent, there, open, child, mutation });
      const servers = sets[0]!.records;
      await awaitReferral(world, context, servers);
      await awaitResolvers(world, context, servers);
    },
  };
}

function sameSet(a: RecordSet, b: RecordSet): boolean {
  const plain = (set: RecordSet) =>
    [...set.records]
      .map((record) => record.toLowerCase())
      .sort()
      .join(' ');
  return a.name.toLowerCase() === b.name && a.type === b.type && plain(a) === plain(b);
}

/** The content of the zone decides; the row only says whose it is, where the pool can be asked. */
const rowsIfAny = async (world: World) => {
  const { pool } = world.sovereign.spec;
  return (pool && (await poolAllocations(world, pool.domain).catch(() => undefined))) ?? [];
};
