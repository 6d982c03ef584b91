/** The same words to the lab's Object Storage and to a real S3 server. A difference is mended in the lab or listed in differences.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { startRealObjectStorage } from '../../../lab/src/engines/programs/real-object-storage.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import type { LabServer } from '../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { startS3 } from '../../../lab/src/servers/s3/server.js';
import { systemClock } from '../../../src/support/clock.js';
import { compareTurns } from './compare.js';
import { objectStorageDifferences as differences } from './differences.js';
import { buckets, keys } from './object-storage/buckets.js';
import { type Answer, accounts, hold, region } from './object-storage/conversation.js';
import { lists, versions } from './object-storage/lists.js';
import { checksums, conditions, objects } from './object-storage/objects.js';

const talks = [buckets, keys, objects, conditions, checksums, lists, versions];
const directory = mkdtempSync(join(tmpdir(), 'catalyst-s3-talk-'));
let servers: LabServer[] = [];
beforeAll(async () => {
  const common = {
    ...{ region, accounts: Object.values(accounts), clock: systemClock },
    ...{ log: createRequestLog(), faults: createFaults() },
  };
  const engines = findEngines(process.env);
  servers = await Promise.all([
    startS3(common),
    startRealObjectStorage({ ...common, directory, engines, say: () => undefined }),
  ]);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

describe.each(talks)('$name', (talk) => {
  let emulated: Record<string, Answer>;
  let real: Record<string, Answer>;
  beforeAll(async () => {
    [emulated, real] = (await Promise.all(servers.map(({ endpoint }) => hold(endpoint, talk)))) as [
      typeof emulated,
      typeof real,
    ];
  });

  const known = differences.filter((one) => one.talk === talk.name);
  compareTurns(talk.turns, known, () => ({ emulated, real }));
});

test('every known difference names a turn that is held', () => {
  const held = talks.flatMap(({ name, turns }) => turns.map(({ id }) => `${name}/${id}`));
  expect(differences.map(({ talk, turn }) => `${talk}/${turn}`).filter((one) => !held.includes(one))).toEqual([]);
});
