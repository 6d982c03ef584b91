/** The same words to the lab's OCI registry and to a real one. A difference is mended in the lab or listed in differences.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { startRealRegistry } from '../../../lab/src/engines/programs/real-registry.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import type { LabServer } from '../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { startRegistry } from '../../../lab/src/servers/registry/server.js';
import { systemClock } from '../../../src/support/clock.js';
import { compareTurns, everyDifferenceIsHeld } from './compare.js';
import { registryDifferences as differences } from './differences.js';
import { type Answer, hold, turns } from './talks-with-a-registry.js';

const directory = mkdtempSync(join(tmpdir(), 'catalyst-registry-talk-'));
let servers: LabServer[] = [];
let emulated: Record<string, Answer>;
let real: Record<string, Answer>;
beforeAll(async () => {
  const log = createRequestLog();
  const common = { charts: [], folder: 'charts', clock: systemClock, log, faults: createFaults() };
  const engines = findEngines(process.env);
  servers = await Promise.all([
    startRegistry(common),
    startRealRegistry({ ...common, directory, engines, say: () => undefined }),
  ]);
  [emulated, real] = (await Promise.all(servers.map(({ endpoint }) => hold(endpoint)))) as [
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
