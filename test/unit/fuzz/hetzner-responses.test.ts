import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { createHetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { createTransport, type HetznerCall, type HetznerTransport } from '../../../src/hetzner/api/transport.js';
import { makePurgePlan } from '../../../src/hetzner/purge/plan/plan.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';
import { editsOf, hold, seed, slowCases } from './cases.js';

const signal = new AbortController().signal;
const clock = hurriedClock();
const selection = { fqdn: 'omantel.omani.works', includeLive: true, zones: true, snapshots: true, unprotect: [] };

/** What a Hetzner API answers, by path and query. */
const sound = new Map<string, string>();
const pathOf = ({ path, query = {} }: HetznerCall) => `${path}?${JSON.stringify(query)}`;

beforeAll(async () => {
  const lab = await createHetznerLab({ log: createRequestLog(), faults: createFaults(), actionMs: 1 });
  const { token, endpoint } = lab;
  const real = createTransport({ token, endpoint });
  const transport: HetznerTransport = async (call) => {
    const answer = await real(call);
    sound.set(pathOf(call), JSON.stringify(answer.body));
    return answer;
  };
  await makePurgePlan(createHetznerApi({ token, endpoint, signal, clock, transport }), selection, clock.now());
  await lab.close();
});

describe(`a Hetzner API that lies (CATALYST_SEED=${seed})`, () => {
  it('is told from one that does not, or its answer is used as it is', { timeout: 900_000 }, async () => {
    const paths = [...sound.keys()];
    const anyLie = fc.nat(paths.length - 1).chain((at) =>
      editsOf(JSON.parse(sound.get(paths[at]!)!)).map((body) => ({
        path: paths[at]!,
        body: JSON.stringify(body) ?? '',
      })),
    );
    await fc.assert(
      fc.asyncProperty(anyLie, async (given) => {
        const transport: HetznerTransport = async (call) => {
          const body = pathOf(call) === given.path ? given.body : sound.get(pathOf(call))!;
          return { status: 200, headers: {}, body: body === '' ? undefined : JSON.parse(body) };
        };
        const api = createHetznerApi({ token: 'x'.repeat(64), signal, clock, transport });
        await hold(() => makePurgePlan(api, selection, clock.now()), ['E2001', 'E2003', 'E2004']);
      }),
      { numRuns: slowCases, seed },
    );
  });
});
