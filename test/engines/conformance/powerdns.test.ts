/**
 * The same words to the lab's PowerDNS and to a real one, which Debian has (apt-get install pdns-server pdns-backend-sqlite3): its
 * API and its answers to questions. A difference is mended in the lab or listed in differences.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createChildren } from '../../../lab/src/engines/children.js';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { hasPowerDns, startPowerDns } from '../../../lab/src/engines/programs/real-powerdns.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { serve } from '../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { startDns } from '../../../lab/src/servers/dns.js';
import { powerDnsApi } from '../../../lab/src/servers/powerdns-api.js';
import { createZones } from '../../../lab/src/servers/zones.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { compareTurns, everyDifferenceIsHeld } from './compare.js';
import { powerDnsDifferences as differences } from './differences.js';
import { type Answer, apiKey, hold, turns } from './talks-with-powerdns.js';

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
  const [dns = 0, api = 0] = await freePorts(2);
  const children = createChildren({ directory, clock, say: () => undefined });
  await startPowerDns({ children, directory, apiKey, ports: { dns, api }, clock });
  return { endpoint: `http://127.0.0.1:${api}`, dnsPort: dns, close: () => children.stop() };
}

describe.skipIf(!hasPowerDns())('beside a real PowerDNS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-pdns-talk-'));
  let servers: Server[] = [];
  let emulated: Record<string, Answer>;
  let real: Record<string, Answer>;
  beforeAll(async () => {
    servers = await Promise.all([playedServer(), realServer(directory)]);
    [emulated, real] = (await Promise.all(servers.map(({ endpoint, dnsPort }) => hold(endpoint, dnsPort)))) as [
      typeof emulated,
      typeof real,
    ];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  compareTurns(turns, differences, () => ({ emulated, real }));

  everyDifferenceIsHeld(differences, turns);
});
