/** #372 on a fake cluster: where it asks, what it says when nothing answers, and the slow body that it sends once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail } from '../../../../src/support/errors/errors.js';
import { ingressAnswers } from '../../../../src/walk/proofs/network/ingress-answers.js';
import type { World } from '../../../../src/world/world.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fakeContext, fakeWorld, wellBehaved } from '../rig.js';

let stateDir: string;
let asked: string[];
let bodies: number[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'ingress-answers-'));
  asked = [];
  bodies = [];
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

async function proof(given: Partial<World> = {}) {
  const cluster = Object.assign(fakeKube(wellBehaved), { delete: async () => undefined });
  const { world } = await fakeWorld({
    cluster,
    clock: hurriedClock(),
    stateDir,
    identity: async () => ({ kind: 'real' }),
    http: async ({ url }) => {
      asked.push(url);
      return { status: url.startsWith('http:') ? 308 : 200, headers: {}, text: 'Hostname: probe-web' };
    },
    slowUpload: async ({ seconds }) => {
      bodies.push(seconds);
      return { status: 200, text: 'Hostname: probe-web' };
    },
    ...given,
  });
  const { context } = fakeContext({ ...world, kube: async () => cluster } as World);
  return ingressAnswers(world).take(context);
}

test('it asks by name on the ports of a visitor, and the dialer knows where that leads', async () => {
  await proof();
  expect([...new Set(asked)]).toEqual([
    'http://probe-ingress.omantel.omani.works/',
    'https://probe-ingress.omantel.omani.works/',
    'https://probe-route.omantel.omani.works/',
  ]);
});

test('the slow body is sent once for a version and its values, and the verdict says which it was', async () => {
  expect((await proof()).summary).toContain('a body of 90 s arrived whole');
  expect((await proof()).summary).toMatch(/a body of 90 s arrived whole on 20\d\d-/);
  expect(bodies).toEqual([90]);
  const tree = async () => ({ folder: () => undefined }) as never;
  await proof({ tree });
  expect(bodies).toEqual([90, 90]);
});

test('in a lab it is three seconds, and the verdict says so; a real Sovereign is not spared for it', async () => {
  const lab = { identity: async () => ({ kind: 'lab', id: 'x' }) as never };
  expect((await proof(lab)).summary).toContain('against limits that the lab scales down alike');
  await proof();
  expect(bodies).toEqual([3, 90]);
});

test.each([
  ['a connection that is cut', { cut: 'read ECONNRESET' }, /cut after \d+ s: read ECONNRESET/],
  ['an answer of Traefik', { status: 408, text: 'Request Timeout' }, /status 408/],
])('%s in the middle of the body disproves it, every time', async (_how, seen, message) => {
  for (let turn = 0; turn < 2; turn += 1)
    await expect(proof({ slowUpload: async () => seen as never })).rejects.toMatchObject({ code: 'E4009', message });
});

test('when nothing answers it names address, port and what the load balancer sees behind it', async () => {
  const balancer = {
    name: 'catalyst-omantel-omani-works-lb',
    targets: [
      { health_status: [{ listen_port: 80, status: 'unhealthy' }] },
      { health_status: [{ listen_port: 80, status: 'healthy' }] },
    ],
    services: [{ listen_port: 80, destination_port: 31080 }],
  };
  const refused = proof({
    http: async () => {
      throw fail(
        'E3002',
        'GET http://probe-ingress… (dialed at the load balancer, 203.0.113.10): connect ECONNREFUSED (nothing listens on that port).',
      );
    },
    hetzner: async () => ({ list: async () => [balancer] }) as never,
  });
  await expect(refused).rejects.toMatchObject({
    code: 'E4003',
    message: expect.stringMatching(
      /203\.0\.113\.10.*nothing listens.*finds 1 of 2 targets healthy for 80 \(NodePort 31080\)/,
    ),
  });
});
