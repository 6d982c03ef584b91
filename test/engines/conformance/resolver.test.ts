/**
 * A resolver that we did not write, PowerDNS' recursor (Debian: apt-get install pdns-recursor), goes from the lab's parent zone down
 * to the Sovereign's name servers, as the world does. A referral leads to port 53, so this needs the right to listen there.
 */
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Children, createChildren } from '../../../lab/src/engines/children.js';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { hasPowerDns, startPowerDns } from '../../../lab/src/engines/programs/real-powerdns.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { type DnsServer, startDns } from '../../../lab/src/servers/dns.js';
import { withLostDelegations } from '../../../lab/src/servers/sovereign-dns.js';
import { createZones, type RRset } from '../../../lab/src/servers/zones.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { until } from '../rig.js';

const program = '/usr/sbin/pdns_recursor';
const [parentAddress, childAddress, realAddress] = ['127.0.53.1', '127.0.53.2', '127.0.53.3'];
const tools = { log: createRequestLog(), faults: createFaults() };
const now = () => clock.now();
const mayListen = await startDns({
  name: 'try',
  ...tools,
  zones: () => createZones(now),
  host: parentAddress,
  port: 53,
}).then(
  (server) => server.close().then(() => true),
  () => false,
);

const rr = (name: string, type: string, ...contents: string[]): RRset => ({ name, type, ttl: 60, contents });
const long = Array.from({ length: 12 }, (_, index) => `"${`${index}`.padStart(120, 'x')}"`);
/** What a zone of a Sovereign holds, whoever answers for it. */
const contents = (zone: string, address: string) => [
  rr(zone, 'NS', `ns1.${zone}`),
  ...[`ns1.${zone}`, `ns2.${zone}`].map((name) => rr(name, 'A', address)),
  rr(zone, 'A', '203.0.113.10'),
  rr(`*.${zone}`, 'A', '203.0.113.11'),
  rr(`_acme-challenge.${zone}`, 'TXT', '"one"', '"two"'),
  rr(`alias.${zone}`, 'CNAME', `console.${zone}`),
  rr(`long.${zone}`, 'TXT', ...long),
];

describe.skipIf(!existsSync(program) || !mayListen)('a real resolver', () => {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-resolver-'));
  const servers: DnsServer[] = [];
  const resolver = new Resolver({ timeout: 4000, tries: 1 });
  let children: Children;

  beforeAll(async () => {
    children = createChildren({ directory, clock, say: () => undefined });
    const parent = createZones(now);
    parent.put('works.example', [
      rr('works.example.', 'NS', 'ns1.works.example.'),
      rr('ns1.works.example.', 'A', parentAddress),
      rr('lost.works.example.', 'A', '192.0.2.10'),
      ...[
        ['emulated.works.example.', childAddress],
        ['real.works.example.', realAddress],
        ['lost.works.example.', childAddress],
      ].flatMap(([zone, glue]) => [rr(zone!, 'NS', `ns1.${zone}`), rr(`ns1.${zone}`, 'A', glue!)]),
    ]);
    const child = createZones(now);
    for (const zone of ['emulated.works.example.', 'lost.works.example.'])
      child.put(zone, contents(zone, childAddress));
    const faults = createFaults();
    faults.add({ fault: { kind: 'lost-delegation' }, target: 'lost.works.example' });
    const listen = { ...tools, port: 53 };
    servers.push(
      await startDns({ ...listen, name: 'dns', zones: () => withLostDelegations(parent, faults), host: parentAddress }),
      await startDns({ ...listen, name: 'dns-sovereign', zones: () => child, host: childAddress }),
    );
    if (hasPowerDns()) servers.push(await realChild());
    const [port = 0] = await freePorts(1);
    mkdirSync(join(directory, 'recursor'));
    const settings = {
      'config-dir': join(directory, 'recursor'),
      'socket-dir': '.',
      'local-address': '127.0.0.1',
      'local-port': port,
      'forward-zones': `works.example=${parentAddress}`,
      // nothing else is asked, and loopback may be
      ...{ 'hint-file': 'no', 'dont-query': '', dnssec: 'off' },
      ...{ daemon: 'no', 'write-pid': 'no', setuid: '', setgid: '' },
    };
    children.start('recursor', {
      file: program,
      args: Object.entries(settings).map(([key, value]) => `--${key}=${value}`),
    });
    resolver.setServers([`127.0.0.1:${port}`]);
    await until(async () => (await resolver.resolve4('ns1.works.example')).length > 0);
  });
  afterAll(async () => {
    await children.stop();
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  /** PowerDNS itself behind the lab's own port 53, as in a lab on real engines. */
  async function realChild(): Promise<DnsServer> {
    const [dns = 0, api = 0] = await freePorts(2);
    const apiKey = 'resolver-1';
    await startPowerDns({ children, directory: join(directory, 'powerdns'), apiKey, ports: { dns, api }, clock });
    const zone = 'real.works.example.';
    const rrsets = contents(zone, realAddress).map(({ name, type, ttl, contents: records }) => ({
      ...{ name, type, ttl, changetype: 'REPLACE' },
      records: records.map((content) => ({ content, disabled: false })),
    }));
    const call = async (method: string, path: string, body: object) => {
      const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
      const url = `http://127.0.0.1:${api}/api/v1/servers/localhost/zones${path}`;
      const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
    };
    await call('POST', '', { name: zone, kind: 'Native', nameservers: [] });
    await call('PATCH', `/${zone}`, { rrsets });
    const host = realAddress;
    return startDns({ ...tools, name: 'real', zones: () => createZones(now), program: () => dns, host, port: 53 });
  }

  describe.each(hasPowerDns() ? ['emulated', 'real'] : ['emulated'])('at the zone whose server is %s', (kind) => {
    const zone = `${kind}.works.example`;

    test('follows the referral and its glue to the addresses that the Sovereign gives', async () => {
      expect(await resolver.resolve4(zone)).toEqual(['203.0.113.10']);
      expect(await resolver.resolve4(`console.${zone}`)).toEqual(['203.0.113.11']);
      expect(await resolver.resolve4(`alias.${zone}`)).toEqual(['203.0.113.11']);
      expect((await resolver.resolveSoa(zone)).serial).toBeGreaterThan(0);
      expect(await resolver.resolveNs(zone)).toEqual([`ns1.${zone}`]);
    });

    test('finds both texts of a challenge, and by TCP what UDP has no room for', async () => {
      expect((await resolver.resolveTxt(`_acme-challenge.${zone}`)).map(([text]) => text).sort()).toEqual([
        'one',
        'two',
      ]);
      expect(await resolver.resolveTxt(`long.${zone}`)).toHaveLength(long.length);
    });

    test('believes it that there is no such record', async () => {
      await expect(resolver.resolveMx(zone)).rejects.toThrow(/ENODATA/);
      await expect(resolver.resolve6(`console.${zone}`)).rejects.toThrow(/ENODATA/);
    });
  });

  test('a name that the parent does not know is not there', async () => {
    await expect(resolver.resolve4('nobody.works.example')).rejects.toThrow(/ENOTFOUND/);
  });

  test('a lost delegation: the parent answers by itself, and nobody gets to the Sovereign', async () => {
    await expect(resolver.resolve4('console.lost.works.example')).rejects.toThrow(/ENOTFOUND|ENODATA/);
  });

  test('what is outside of these zones is asked of nobody', async () => {
    await expect(resolver.resolve4('www.elsewhere.example')).rejects.toThrow(/ESERVFAIL/);
  });
});
