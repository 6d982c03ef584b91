/**
 * The mother's own zone of a name, made as the pool-domain-manager makes it, exported, removed and put back by the product's own calls:
 * on the lab's PowerDNS and on a real one, which Debian has. Records, settings and private keys are the same afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChildren } from '../../../lab/src/engines/children.js';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { hasPowerDns, startPowerDns } from '../../../lab/src/engines/programs/real-powerdns.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { serve } from '../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { powerDnsApi } from '../../../lab/src/servers/powerdns-api.js';
import { createZones } from '../../../lab/src/servers/zones.js';
import { readPowerDns, writePowerDns } from '../../../src/mother/powerdns.js';
import { foreignContent, type ZoneExport } from '../../../src/mother/zone-export.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import type { HttpWriter } from '../../../src/tools/http/http.js';

const apiKey = 'talk-about-zones-1';
const fqdn = 'omantel.works.example';
const nameservers = ['ns1.mother.example', 'ns2.mother.example'];

const http: HttpWriter = async ({ url, method = 'GET', headers = {}, ...rest }) => {
  const body = 'body' in rest ? String(rest.body ?? '') : '';
  const answer = await fetch(url, { method, headers, ...(body ? { body } : {}) });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
};

async function emulated() {
  const zones = createZones(() => clock.now());
  const handler = powerDnsApi({ zones: () => zones, apiKey: () => apiKey });
  const server = await serve({ name: 'powerdns', log: createRequestLog(), faults: createFaults(), handler });
  return { endpoint: server.endpoint, close: () => server.close() };
}

async function real(directory: string) {
  const [dns = 0, api = 0] = await freePorts(2);
  const children = createChildren({ directory, clock, say: () => undefined });
  await startPowerDns({ children, directory, apiKey, ports: { dns, api }, clock, dnssec: true });
  return { endpoint: `http://127.0.0.1:${api}`, close: () => children.stop() };
}

describe.each([
  ['the lab', emulated],
  ['a real PowerDNS', real],
] as const)('on %s', (name, start) => {
  describe.skipIf(name !== 'the lab' && !hasPowerDns())('a zone of the pool-domain-manager', () => {
    const directory = mkdtempSync(join(tmpdir(), 'catalyst-pdns-zone-'));
    let server: Awaited<ReturnType<typeof emulated>>;
    const access = () => ({ endpoint: server.endpoint, apiKey });
    const send = (method: string, path: string, body?: object) =>
      http({
        url: `${server.endpoint}/api/v1/servers/localhost/zones${path}`,
        method,
        headers: { 'x-api-key': apiKey },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const whole = async (): Promise<ZoneExport> => {
      const reader = readPowerDns(http, access());
      return { ...(await reader.whole(fqdn))!, keys: await reader.keys(fqdn) };
    };
    /** Without the serial, and in one order. */
    const plain = (zone: ZoneExport) => ({
      ...zone,
      keys: zone.keys.map(({ privatekey, ...key }) => ({ ...key, privatekey: privatekey.trim() })),
      rrsets: zone.rrsets
        .map((set) => ({ ...set, records: set.type === 'SOA' ? [] : set.records }))
        .sort((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`)),
    });
    beforeAll(async () => {
      server = await start(directory);
      const at = `/${fqdn}.`;
      const servers = nameservers.map((one) => `${one}.`);
      await send('POST', '', { name: `${fqdn}.`, kind: 'Native', nameservers: servers });
      await send('PUT', at, { dnssec: true, soa_edit: 'INCEPTION-EPOCH', soa_edit_api: 'INCEPTION-EPOCH' });
      await send('POST', `${at}/cryptokeys`, { keytype: 'zsk', active: true, published: true, algorithm: 'ecdsa256' });
      const rrsets = ['', '*.', 'console.', 'api.', 'gitea.', 'harbor.'].map((label) => ({
        ...{ name: `${label}${fqdn}.`, type: 'A', ttl: 300, changetype: 'REPLACE' },
        records: [{ content: '203.0.113.7', disabled: false }],
      }));
      await send('PATCH', at, { rrsets });
    });
    afterAll(async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    });

    it('is nobody else’s by its content, removed, and the same when it is put back', async () => {
      const before = await whole();
      expect(before.keys.map(({ keytype }) => keytype).sort()).toEqual(['ksk', 'zsk']);
      expect(before.keys.every(({ privatekey }) => privatekey.startsWith('Private-key-format: '))).toBe(true);
      expect(foreignContent(before, fqdn, nameservers)).toEqual([]);
      const writer = writePowerDns(http, access());
      expect(await writer.deleteZone(fqdn)).toBe(true);
      expect(await readPowerDns(http, access()).whole(fqdn)).toBeUndefined();
      await writer.createZone(before);
      expect(plain(await whole())).toEqual(plain(before));
    });
  });
});
