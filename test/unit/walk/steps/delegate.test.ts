import { expect, test } from 'vitest';
import type { HttpWriter } from '../../../../src/tools/http/http.js';
import { delegation, delegationRecords } from '../../../../src/walk/steps/delegate.js';
import { createDelegateZoneStep } from '../../../../src/walk/steps/delegate-zone.js';
import { fakeKube } from '../fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

const fqdn = 'omantel.omani.works';

interface Set {
  name: string;
  type: string;
  ttl: number;
  records: { content: string }[];
}

/** PowerDNS of the mother with the zone omani.works; anything else is refused. */
function powerDns(sets: Set[]) {
  const writes: unknown[] = [];
  const http: HttpWriter = async (request) => {
    const { url, method = 'GET', headers } = request;
    const zones = 'https://pdns.openova.io/api/v1/servers/localhost/zones';
    if (url === zones)
      return {
        status: 200,
        headers: { 'content-type': 'application/json' } as Record<string, string>,
        text: JSON.stringify([{ name: 'omani.works.' }]),
      };
    expect(url).toBe(`${zones}/omani.works.`);
    expect(headers?.['x-api-key']).toBe('the-key');
    if (method === 'GET') return { status: 200, headers: {}, text: JSON.stringify({ rrsets: sets }) };
    expect(method).toBe('PATCH');
    const { rrsets } = JSON.parse(String('body' in request && request.body)) as { rrsets: Set[] };
    writes.push(...rrsets.map(({ name, type }) => `${type} ${name}`));
    for (const set of rrsets) {
      const at = sets.findIndex((one) => one.name === set.name && one.type === set.type);
      sets.splice(at < 0 ? sets.length : at, at < 0 ? 0 : 1, set);
    }
    return { status: 204, headers: {}, text: '' };
  };
  return { http, writes };
}

function cluster(...addresses: string[]) {
  const kube = fakeKube();
  addresses.forEach((address, index) => {
    const status = {
      addresses: [
        { type: 'ExternalIP', address },
        { type: 'InternalIP', address: '10.0.1.2' },
      ],
    };
    kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${index}` }, status });
  });
  return kube;
}

const mother = async () => {
  const kube = fakeKube();
  const data = { 'api-key': Buffer.from('the-key').toString('base64') };
  kube.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'openova-system', name: 'powerdns-api-credentials' },
    data,
  });
  return kube;
};

test('three name servers on however many nodes there are', () => {
  const records = (addresses: string[]) => delegationRecords(fqdn, addresses).map((set) => set.records.join(' '));
  expect(records(['1.1.1.1'])[0]).toBe(`ns1.${fqdn}. ns2.${fqdn}. ns3.${fqdn}.`);
  expect(records(['1.1.1.1']).slice(1)).toEqual(['1.1.1.1', '1.1.1.1', '1.1.1.1']);
  expect(records(['1.1.1.1', '2.2.2.2']).slice(1)).toEqual(['1.1.1.1', '2.2.2.2', '1.1.1.1']);
});

test('writes what is missing, once, and touches no other record', async () => {
  const foreign: Set = { name: 'www.omani.works.', type: 'A', ttl: 60, records: [{ content: '9.9.9.9' }] };
  const sets = [foreign];
  const { http, writes } = powerDns(sets);
  const { world } = await fakeWorld({ cluster: cluster('203.0.113.10'), http, mother });
  const { context, done } = fakeContext(world);
  const planned = await delegation(world).plan(await world.kube());
  await delegation(world).run(context);
  expect(done).toEqual(planned.map(({ sentence }) => sentence));
  expect(writes).toEqual([`NS ${fqdn}.`, `A ns1.${fqdn}.`, `A ns2.${fqdn}.`, `A ns3.${fqdn}.`]);
  expect(sets[0]).toBe(foreign);
  expect(await delegation(world).plan(await world.kube())).toEqual([]);
  await delegation(world).run(context);
  expect(writes).toHaveLength(4);
});

test('what is replaced is declared with the change, so that the journal can tell how to put it back', async () => {
  const earlier: Set = { name: `${fqdn}.`, type: 'NS', ttl: 3600, records: [{ content: 'ns1.openova.io.' }] };
  const { http } = powerDns([earlier]);
  const { world } = await fakeWorld({ cluster: cluster('203.0.113.10'), http, mother });
  const { context } = fakeContext(world);
  const effects: unknown[] = [];
  const act: typeof context.act = (mutation, ...more) => {
    effects.push(mutation.effect?.before);
    return context.act(mutation, ...more);
  };
  await delegation(world).run({ ...context, act });
  expect(effects).toEqual([[{ name: `${fqdn}.`, type: 'NS', ttl: 3600, records: ['ns1.openova.io.'] }]]);
});

test('a node with another address is followed', async () => {
  const { http, writes } = powerDns([]);
  const before = await fakeWorld({ cluster: cluster('203.0.113.10'), http, mother });
  await delegation(before.world).run(fakeContext(before.world).context);
  writes.length = 0;
  const { world } = await fakeWorld({ cluster: cluster('203.0.113.99'), http, mother });
  const step = createDelegateZoneStep(world, { title: 't', phase: 2, needs: [] });
  expect(await step.isDone(fakeContext(world).context)).toEqual({ done: false });
  await step.run(fakeContext(world).context);
  expect(writes).toEqual([`A ns1.${fqdn}.`, `A ns2.${fqdn}.`, `A ns3.${fqdn}.`]);
  expect(await step.isDone(fakeContext(world).context)).toMatchObject({ done: true });
});

test('a zone that the mother does not have is named', async () => {
  const http: HttpWriter = async () => ({ status: 404, headers: {}, text: 'Not Found' });
  const { world } = await fakeWorld({ cluster: cluster('203.0.113.10'), http, mother });
  await expect(delegation(world).run(fakeContext(world).context)).rejects.toMatchObject({ code: 'E5004' });
});

test('at a registrar the records are told, not written', async () => {
  const { world } = await fakeWorld({ cluster: cluster('203.0.113.10') });
  world.sovereign.spec.parentZone.provider = 'dynadot';
  const answer = { rcode: 'NXDOMAIN', authoritative: true, answers: [], authorities: [], additionals: [] };
  const asked = { ...world, dns: async () => answer };
  await expect(delegation(asked).run(fakeContext(asked).context)).rejects.toMatchObject({
    code: 'E5004',
    actions: expect.arrayContaining([`Add to omani.works: ${fqdn}. 300 NS ns1.${fqdn}.`]),
  });
});
