import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInternet, openHost } from '../../src/internet/internet.js';
import { worldMs } from '../../src/internet/pace.js';
import { createRecursive, type Recursive } from '../../src/internet/recursive.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type DnsServer, startDns } from '../../src/servers/dns.js';
import { createZones, type RRset, type Zones } from '../../src/servers/zones.js';

const rr = (name: string, type: string, ...contents: string[]): RRset => ({ name, type, ttl: 300, contents });
const sovereign = 'omantel.omani.works';
const node = '203.0.113.11';
const soa = (zone: string, minimum: number) => rr(zone, 'SOA', `ns1.${zone}. hostmaster.${zone}. 1 1 1 1 ${minimum}`);

let at: number;
let mother: Zones;
let own: Zones;
let servers: DnsServer[];
let asked: string[];
let recursive: Recursive;

beforeEach(async () => {
  at = Date.parse('2026-11-23T00:00:00Z');
  const now = () => new Date(at);
  [mother, own] = [createZones(now), createZones(now)];
  mother.put('omani.works', [
    soa('omani.works', 600),
    rr('omani.works', 'NS', 'ns1.openova.io.'),
    rr('www.omani.works', 'CNAME', `gitea.${sovereign}.`),
  ]);
  own.put(sovereign, [
    soa(sovereign, 60),
    rr(sovereign, 'NS', `ns1.${sovereign}.`),
    rr(`*.${sovereign}`, 'A', '203.0.113.10'),
  ]);
  const log = createRequestLog();
  asked = [];
  log.listen(({ server, path }) => asked.push(`${server} ${path}`));
  const tools = { log, faults: createFaults() };
  servers = await Promise.all([
    startDns({ ...tools, name: 'mother', zones: () => mother }),
    startDns({ ...tools, name: 'sovereign', zones: () => own }),
  ]);
  const [parent, child] = servers;
  recursive = createRecursive({
    clock: { now, sleep: () => Promise.resolve() },
    internet: createInternet([
      openHost(['192.0.2.10'], { '53/udp': () => parent!.port }),
      openHost([node], { '53/udp': () => child!.port }),
    ]),
    registered: (name) => (name.endsWith('omani.works') ? { zone: 'omani.works', servers: ['192.0.2.10'] } : undefined),
  });
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

const delegate = () => {
  const zone = mother.get('omani.works')!;
  mother.set(zone, rr(`${sovereign}.`, 'NS', `ns1.${sovereign}.`));
  mother.set(zone, rr(`ns1.${sovereign}.`, 'A', node));
};

test('a name leads where the delegation does, and an alias to where it points', async () => {
  delegate();
  expect(await recursive.addresses(`gitea.${sovereign}`)).toEqual(['203.0.113.10']);
  expect(await recursive.addresses('www.omani.works')).toEqual(['203.0.113.10']);
  expect(await recursive.resolve('example.org', 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
});

test('who asks before the delegation has "no such name" for as long as the SOA of the parent says, for all below it', async () => {
  expect(await recursive.resolve(`gitea.${sovereign}`, 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
  delegate();
  expect(await recursive.resolve(`auth.${sovereign}`, 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
  // the smaller of the SOA's own TTL and its last field
  at += worldMs(300) - 1;
  expect(await recursive.addresses(`gitea.${sovereign}`)).toEqual([]);
  at += 1;
  expect(await recursive.addresses(`gitea.${sovereign}`)).toEqual(['203.0.113.10']);
});

test('"no such type" is kept for that type alone, and for the minimum of the zone that said so', async () => {
  delegate();
  expect(await recursive.resolve(`gitea.${sovereign}`, 'AAAA')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  own.set(own.get(sovereign)!, rr(`*.${sovereign}.`, 'AAAA', '2001:db8::10'));
  expect((await recursive.resolve(`gitea.${sovereign}`, 'AAAA')).answers).toEqual([]);
  expect(await recursive.addresses(`gitea.${sovereign}`)).toEqual(['203.0.113.10']);
  at += worldMs(60);
  expect((await recursive.resolve(`gitea.${sovereign}`, 'AAAA')).answers).toMatchObject([{ data: '2001:db8::10' }]);
});

test('answers are kept for their TTL', async () => {
  delegate();
  await recursive.addresses(`gitea.${sovereign}`);
  const before = asked.length;
  await recursive.addresses(`gitea.${sovereign}`);
  expect(asked).toHaveLength(before);
  at += worldMs(300);
  await recursive.addresses(`gitea.${sovereign}`);
  expect(asked.length).toBeGreaterThan(before);
});

test('a zone of the same name on the server of the parent hides the delegation', async () => {
  delegate();
  mother.put(sovereign, [soa(sovereign, 60), rr(sovereign, 'NS', 'ns1.openova.io.')]);
  expect(await recursive.resolve(`gitea.${sovereign}`, 'A')).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(asked.filter((one) => one.startsWith('sovereign'))).toEqual([]);
});

test('servers that refer to themselves, and nodes that do not answer, resolve nothing', async () => {
  const zone = mother.get('omani.works')!;
  mother.set(zone, rr(`${sovereign}.`, 'NS', `ns1.${sovereign}.`));
  mother.set(zone, rr(`ns1.${sovereign}.`, 'A', '192.0.2.10'));
  expect(await recursive.resolve(`gitea.${sovereign}`, 'A')).toMatchObject({ rcode: 'SERVFAIL' });
  mother.set(zone, rr(`ns1.${sovereign}.`, 'A', '203.0.113.99'));
  expect(await recursive.resolve(`gitea.${sovereign}`, 'A')).toMatchObject({ rcode: 'SERVFAIL' });
  delegate();
  expect(await recursive.addresses(`gitea.${sovereign}`)).toEqual(['203.0.113.10']);
});
