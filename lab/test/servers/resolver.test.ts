import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../src/faults.js';
import { createRequestLog } from '../../src/request-log.js';
import { type DnsServer, startDns } from '../../src/servers/dns.js';
import { startResolver } from '../../src/servers/resolver.js';
import { createZones, type RRset } from '../../src/servers/zones.js';

const rr = (name: string, type: string, ...contents: string[]): RRset => ({ name, type, ttl: 300, contents });
const tools = { log: createRequestLog(), faults: createFaults() };
const now = () => new Date('2026-11-23T00:00:00Z');
const sovereign = 'omantel.omani.works';
const challenge = `_acme-challenge.${sovereign}`;

const mother = createZones(now);
const own = createZones(now);
let servers: DnsServer[];
let ask: Resolver;

beforeEach(async () => {
  mother.put('omani.works', [rr('omani.works', 'NS', 'ns1.omani.works.'), rr('ns1.omani.works', 'A', '192.0.2.1')]);
  own.put(sovereign, [rr(sovereign, 'NS', `ns1.${sovereign}.`), rr(challenge, 'TXT', '"proof"')]);
  const [parent, child] = await Promise.all([
    startDns({ name: 'dns', ...tools, zones: () => mother }),
    startDns({ name: 'dns-sovereign', ...tools, zones: () => own }),
  ]);
  const resolver = await startResolver({
    ...tools,
    parent: () => mother,
    addresses: () => ['203.0.113.7'],
    ports: { mother: parent.port, sovereign: child.port },
  });
  servers = [parent, child, resolver];
  ask = new Resolver({ tries: 1 });
  ask.setServers([resolver.endpoint]);
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

const delegate = (address: string) => {
  const zone = mother.get('omani.works')!;
  mother.set(zone, rr(`${sovereign}.`, 'NS', `ns1.${sovereign}.`));
  mother.set(zone, rr(`ns1.${sovereign}.`, 'A', address));
};

test('what the mother answers for herself is her answer', async () => {
  expect(await ask.resolveSoa('omani.works')).toMatchObject({ nsname: 'ns1.omani.works' });
  await expect(ask.resolveTxt(challenge)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test("a delegation to the Sovereign's nodes leads to the Sovereign's servers", async () => {
  delegate('203.0.113.7');
  expect(await ask.resolveTxt(challenge)).toEqual([['proof']]);
  expect((await ask.resolveSoa(sovereign)).nsname).toBe(`ns1.${sovereign}`);
});

test('a delegation elsewhere, and a name of nobody here, lead nowhere', async () => {
  delegate('203.0.113.99');
  await expect(ask.resolveTxt(challenge)).rejects.toMatchObject({ code: 'EREFUSED' });
  await expect(ask.resolveTxt('example.org')).rejects.toMatchObject({ code: 'EREFUSED' });
});

test('it tells no address', async () => {
  await expect(ask.resolve4('ns1.omani.works')).rejects.toMatchObject({ code: 'EREFUSED' });
});
