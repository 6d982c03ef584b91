/** A mother whose API requires a session: the records come from the claim, and no 401 is taken for a record in memory. */
import { describe, expect, it } from 'vitest';
import { openHandover } from '../../../../src/handover/handover.js';
import { deploymentFacts } from '../../../../src/handover/sovereign/copy.js';
import { recordsInMemory } from '../../../../src/scans/process-memory.js';
import type { Http } from '../../../../src/tools/http/http.js';
import type { World } from '../../../../src/world/world.js';
import { ids } from '../rig.js';
import { wholeRig } from '../whole-rig.js';

const fqdn = 'omantel.omani.works';
const closed =
  (http: Http, status: number): Http =>
  async (request) =>
    request.url.includes('/api/v1/deployments/')
      ? { status, headers: {}, text: '{"error":"unauthenticated"}' }
      : http(request);

describe.each([401, 403, 302])('an API that answers %d without a session', (status) => {
  it('does not stop COPIED: what travels is read from the claim', async () => {
    const { world, context } = await wholeRig();
    const asked = { ...world, http: closed(world.http, status) } as World;
    const handover = await openHandover(asked, context);
    handover.record.ids = [...ids];
    expect(await deploymentFacts(handover)).toEqual({
      [ids[0]!]: {
        ...{ id: ids[0], status: 'ready', sovereignFQDN: fqdn },
        result: { sovereignFQDN: fqdn, consoleURL: `https://console.${fqdn}` },
      },
    });
  });

  it('leaves a record in doubt until catalyst-api has been restarted after the erasure', async () => {
    const { world } = await wholeRig();
    const asked = { ...world, http: closed(world.http, status) } as World;
    const look = (stoppedAt?: string) => recordsInMemory(asked, { ids: [ids[0]!], stoppedAt, remedy: 'erase' }).look();
    expect(await look()).toMatchObject([
      { what: expect.stringMatching(/may be in memory: the API requires a session/) },
    ]);
    expect(await look('2026-11-23T00:00:00Z')).toEqual([]);
  });
});
