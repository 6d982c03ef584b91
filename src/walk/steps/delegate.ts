/**
 * The parent zone refers to the Sovereign's own name servers: NS for the FQDN and glue for each of them. Written before the
 * first certificate is asked for, since a certificate authority follows the public chain, and proven by #374.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import {
  type PowerDnsReader,
  type PowerDnsServer,
  powerDnsKey,
  type RecordSet,
  readPowerDns,
} from '../../mother/powerdns.js';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { requireOneParentZone } from '../../mother/zone-roles.js';
import { fail } from '../../support/errors/errors.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Preparation } from './install-blueprint.js';

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

export function delegation(world: World): Preparation {
  const { spec } = world.sovereign;
  const { fqdn } = spec;
  const parent = parentZoneOf(world.sovereign);
  const mutation = delegateMutation(fqdn, parent);

  const powerDns = async (): Promise<PowerDnsServer> => {
    const { endpoint, secret } = spec.mother.powerdns;
    const own = await world.credentials.find('powerdns-api-key');
    return { endpoint, apiKey: own ?? (await powerDnsKey(await world.mother(), secret)) };
  };
  const wanted = async (kube: Kube): Promise<RecordSet[]> => {
    const addresses = await nodeAddresses(kube);
    if (addresses.length > 0) return delegationRecords(fqdn, addresses);
    throw fail('E4002', 'No node has a public IPv4 address that a name server could have.', {
      actions: ['kubectl get nodes -o wide', 'catalyst cluster status'],
    });
  };
  const missing = async (api: PowerDnsReader, sets: readonly RecordSet[]): Promise<RecordSet[]> => {
    await requireOneParentZone(api, world.sovereign);
    const there = await api.zone(parent);
    if (!there) {
      throw fail('E5004', `PowerDNS at ${spec.mother.powerdns.endpoint} has no zone ${parent}.`, {
        actions: ['Set spec.parentZone.zone or spec.pool.domain'],
      });
    }
    return sets.filter((set) => !there.some((one) => sameSet(one, set)));
  };
  const elsewhere = spec.parentZone.provider !== 'powerdns';

  return {
    async plan(kube) {
      if (elsewhere) return [];
      if (!kube || (await nodeAddresses(kube)).length === 0) return [mutation];
      return (await missing(readPowerDns(world.http, await powerDns()), await wanted(kube))).length > 0
        ? [mutation]
        : [];
    },
    async run({ act }: StepContext) {
      const kube = await world.kube();
      const sets = await wanted(kube);
      if (elsewhere) return requireByHand(world, parent, sets);
      const server = await powerDns();
      const reader = readPowerDns(world.http, server);
      const open = await missing(reader, sets);
      if (open.length === 0) return;
      const isReplaced = (one: RecordSet) =>
        open.some(({ name, type }) => one.name.toLowerCase() === name && one.type === type);
      // what puts it back: the journal has the record sets as they were
      const before = ((await reader.zone(parent)) ?? []).filter(isReplaced);
      const effect = { field: 'records', before, after: open };
      await act({ ...mutation, effect }, ({ powerDns }) => powerDns(server).replace(parent, open));
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

/** A registrar's zone is not written by us: its API replaces whole zones, and others live in it. */
async function requireByHand(world: World, parent: string, sets: readonly RecordSet[]): Promise<void> {
  const { fqdn } = world.sovereign.spec;
  const resolver = world.sovereign.spec.mother.powerdns.nameservers[0] ?? parent;
  const answer = await world.dns({ server: resolver, name: fqdn, type: 'NS', transport: 'udp' });
  const named = [...answer.answers, ...answer.authorities]
    .filter((record) => record.type === 'NS')
    .map((record) => String(record.data).replace(/\.$/, '').toLowerCase());
  const expected = sets[0]!.records.map((name) => name.replace(/\.$/, ''));
  if (expected.every((name) => named.includes(name))) return;
  throw fail('E5004', `${parent} at ${world.sovereign.spec.parentZone.provider} does not delegate ${fqdn} yet.`, {
    actions: [
      ...sets.flatMap((set) =>
        set.records.map((record) => `Add to ${parent}: ${set.name} ${set.ttl} ${set.type} ${record}`),
      ),
      'catalyst resume',
    ],
  });
}
