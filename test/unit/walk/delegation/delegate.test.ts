import { expect, test } from 'vitest';
import type { Zones } from '../../../../lab/src/servers/zones.js';
import type { HttpWriter } from '../../../../src/tools/http/http.js';
import { delegation, delegationRecords } from '../../../../src/walk/delegation/delegate.js';
import { createDelegateZoneStep } from '../../../../src/walk/delegation/delegate-zone.js';
import { fakeContext, fakeWorld } from '../rig.js';
import { fqdn, motherCluster, namesRig, nodes, recordingContext } from './rig.js';

const ns = (name: string, ...contents: string[]) => ({ name, type: 'NS', ttl: 3600, contents });
/** A mother that nobody has asked for the name. */
const unreserved = (zones: Zones) => void zones.put('omani.works', [ns('omani.works', 'ns1.openova.io.')]);
const setsOf = (zones: Zones) => [...zones.get('omani.works')!.rrsets.keys()];

test('three name servers on however many nodes there are', () => {
  const records = (addresses: string[]) => delegationRecords(fqdn, addresses).map((set) => set.records.join(' '));
  expect(records(['1.1.1.1'])[0]).toBe(`ns1.${fqdn}. ns2.${fqdn}. ns3.${fqdn}.`);
  expect(records(['1.1.1.1']).slice(1)).toEqual(['1.1.1.1', '1.1.1.1', '1.1.1.1']);
  expect(records(['1.1.1.1', '2.2.2.2']).slice(1)).toEqual(['1.1.1.1', '2.2.2.2', '1.1.1.1']);
});

test('writes what is missing, once, and touches no other record', async () => {
  const { world, zones, writes } = await namesRig({}, unreserved);
  const parent = zones.get('omani.works')!;
  zones.set(parent, { name: 'www.omani.works.', type: 'A', ttl: 60, contents: ['192.0.2.99'] });
  const before = setsOf(zones);
  const { context, done } = recordingContext(world);
  const planned = await delegation(world).plan(await world.kube());
  await delegation(world).run(context);
  expect(done).toEqual(planned.map(({ sentence }) => sentence));
  const added = setsOf(zones).filter((key) => !before.includes(key));
  expect(added).toEqual([`${fqdn}. NS`, ...[1, 2, 3].map((at) => `ns${at}.${fqdn}. A`)]);
  expect(parent.rrsets.get('www.omani.works. A')?.contents).toEqual(['192.0.2.99']);
  expect(await delegation(world).plan(await world.kube())).toEqual([]);
  await delegation(world).run(context);
  expect(writes).toEqual(['PATCH /zones/omani.works.']);
});

test('what is replaced is declared with the change, so that the journal can tell how to put it back', async () => {
  const { world } = await namesRig({}, (zones) => {
    zones.put('omani.works', [ns('omani.works', 'ns1.openova.io.'), ns(fqdn, 'ns1.openova.io.')]);
  });
  const { context, mutations } = recordingContext(world);
  await delegation(world).run(context);
  const before = mutations.map(({ effect }) => effect?.before);
  expect(before).toEqual([[{ name: `${fqdn}.`, type: 'NS', ttl: 3600, records: ['ns1.openova.io.'] }]]);
});

test('a name that the parent delegates to somebody else stays theirs', async () => {
  const { world, writes } = await namesRig({}, (zones) => {
    zones.put('omani.works', [ns('omani.works', 'ns1.openova.io.'), ns(fqdn, 'ns1.openova.io.', 'ns.example.org.')]);
  });
  const error = await delegation(world)
    .run(fakeContext(world).context)
    .catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: 'E5011',
    exitCode: 7,
    message: expect.stringContaining(`Zone omani.works delegates ${fqdn} to ns.example.org, which are neither`),
    actions: expect.arrayContaining([
      `dig NS ${fqdn} @ns1.openova.io`,
      `kubectl -n openova-system exec deploy/powerdns -- pdnsutil delete-rrset omani.works ${fqdn}. NS`,
      'catalyst resume',
    ]),
  });
  expect(writes).toEqual([]);
});

test('a node with another address is followed', async () => {
  const { world, zones } = await namesRig({}, unreserved);
  await delegation(world).run(fakeContext(world).context);
  const moved = { ...world, kube: async () => nodes('203.0.113.99') };
  const step = createDelegateZoneStep(moved, { title: 't', phase: 2, needs: [] });
  expect(await step.isDone(fakeContext(moved).context)).toEqual({ done: false });
  await step.run(fakeContext(moved).context);
  const glue = [1, 2, 3].flatMap((at) => zones.get('omani.works')!.rrsets.get(`ns${at}.${fqdn}. A`)!.contents);
  expect(glue).toEqual(['203.0.113.99', '203.0.113.99', '203.0.113.99']);
  expect(await step.isDone(fakeContext(moved).context)).toMatchObject({ done: true });
});

test('a zone that the mother does not have is named', async () => {
  const http: HttpWriter = async () => ({ status: 404, headers: {}, text: '{"error":"Not Found"}' });
  const { world } = await fakeWorld({ cluster: nodes('203.0.113.10'), http, mother: motherCluster });
  await expect(delegation(world).run(fakeContext(world).context)).rejects.toMatchObject({ code: 'E5004' });
});

test('at a registrar the records are told, not written', async () => {
  const { world } = await fakeWorld({ cluster: nodes('203.0.113.10') });
  world.sovereign.spec.parentZone.provider = 'dynadot';
  const answer = { rcode: 'NXDOMAIN', authoritative: true, answers: [], authorities: [], additionals: [] };
  const asked = { ...world, dns: async () => answer };
  await expect(delegation(asked).run(fakeContext(asked).context)).rejects.toMatchObject({
    code: 'E5004',
    actions: expect.arrayContaining([`Add to omani.works: ${fqdn}. 300 NS ns1.${fqdn}.`]),
  });
});

test('by hand, every server of the parent must refer, with glue', async () => {
  const { world } = await fakeWorld({ cluster: nodes('203.0.113.10') });
  world.sovereign.spec.parentZone.provider = 'dynadot';
  const names = [1, 2, 3].map((at) => `ns${at}.${fqdn}`);
  const record = (name: string, type: string, data: string) => ({ name, type, ttl: 300, data });
  const referral = {
    ...{ rcode: 'NOERROR', authoritative: false, answers: [] },
    authorities: names.map((name) => record(fqdn, 'NS', name)),
    additionals: names.map((name) => record(name, 'A', '203.0.113.10')),
  };
  const run = (bare: string) => {
    const dns = async ({ server }: { server: string }) =>
      server === bare ? { ...referral, additionals: [] } : referral;
    const asked = { ...world, dns };
    return delegation(asked).run(fakeContext(asked).context);
  };
  await expect(run('ns2.openova.io')).rejects.toMatchObject({
    message: expect.stringMatching(/ns2.openova.io has no glue for/),
  });
  await run('nobody');
});
