/**
 * The same words to the lab's PowerDNS and to a real one, which Debian has (apt-get install pdns-server pdns-backend-sqlite3): its
 * API and its answers to questions. A difference is mended in the lab or listed in differences.ts.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChildren, freePorts } from '../../../src/lab/engines/children.js';
import { answering } from '../../../src/lab/engines/door.js';
import { createFaults } from '../../../src/lab/faults.js';
import { serve } from '../../../src/lab/http-server.js';
import { createRequestLog } from '../../../src/lab/request-log.js';
import { startDns } from '../../../src/lab/servers/dns.js';
import { powerDnsApi } from '../../../src/lab/servers/powerdns-api.js';
import { createZones } from '../../../src/lab/servers/zones.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { powerDnsDifferences as differences } from './differences.js';
import { type Answer, apiKey, hold, turns } from './talks-with-powerdns.js';

const program = '/usr/sbin/pdns_server';
const schema = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';

interface Server {
  endpoint: string;
  dnsPort: number;
  close(): Promise<unknown>;
}

async function playedServer(): Promise<Server> {
  const zones = createZones(() => clock.now());
  const tools = { log: createRequestLog(), faults: createFaults() };
  const handler = powerDnsApi({ zones: () => zones, apiKey: () => apiKey });
  const [api, dns] = await Promise.all([
    serve({ name: 'powerdns', ...tools, handler }),
    startDns({ name: 'dns', ...tools, zones: () => zones }),
  ]);
  return { endpoint: api.endpoint, dnsPort: dns.port, close: () => Promise.all([api.close(), dns.close()]) };
}

async function realServer(directory: string): Promise<Server> {
  const [dnsPort = 0, apiPort = 0] = await freePorts(2);
  const file = join(directory, 'pdns.sqlite3');
  const database = new DatabaseSync(file);
  database.exec(readFileSync(schema, 'utf8'));
  database.close();
  const settings = {
    ...{ launch: 'gsqlite3', 'gsqlite3-database': file, 'socket-dir': directory },
    ...{ 'local-address': '127.0.0.1', 'local-port': dnsPort },
    ...{ api: 'yes', 'api-key': apiKey, webserver: 'yes', 'webserver-address': '127.0.0.1', 'webserver-port': apiPort },
    ...{ 'default-soa-content': 'ns1.@ hostmaster.@ 0 10800 3600 604800 3600' },
    // what the API changed is answered at once
    ...{ 'cache-ttl': 0, 'query-cache-ttl': 0, 'negquery-cache-ttl': 0, 'zone-cache-refresh-interval': 0 },
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(directory, 'pdns.conf'), lines.join(''), { mode: 0o600 });
  const children = createChildren({ directory, clock, say: () => undefined });
  children.start('pdns', {
    file: program,
    args: [`--config-dir=${directory}`, '--daemon=no', '--guardian=no', '--write-pid=no'],
  });
  const endpoint = `http://127.0.0.1:${apiPort}`;
  await answering(`${endpoint}/api/v1/servers`, [401], clock);
  return { endpoint, dnsPort, close: () => children.stop() };
}

describe.skipIf(!existsSync(program) || !existsSync(schema))('beside a real PowerDNS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-pdns-talk-'));
  let servers: Server[] = [];
  let played: Record<string, Answer>;
  let real: Record<string, Answer>;
  beforeAll(async () => {
    servers = await Promise.all([playedServer(), realServer(directory)]);
    [played, real] = (await Promise.all(servers.map(({ endpoint, dnsPort }) => hold(endpoint, dnsPort)))) as [
      typeof played,
      typeof real,
    ];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(turns)('$id', ({ id }) => {
    const known = differences.find(({ turn }) => turn === id);
    if (known)
      expect(played[id], `no longer different: take it out of differences.ts (${known.reason})`).not.toEqual(real[id]);
    else expect(played[id]).toEqual(real[id]);
  });

  test('every known difference names a turn that is held', () => {
    expect(differences.filter(({ turn }) => !turns.some(({ id }) => id === turn))).toEqual([]);
  });
});
