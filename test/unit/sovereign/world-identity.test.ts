/** Whether something is a lab: by the mark in what is served, however its address is spelled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults, type Faults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { readWorldIdentity } from '../../../src/sovereign/world-identity.js';
import { systemClock } from '../../../src/support/clock.js';
import { fail } from '../../../src/support/errors/errors.js';
import { readClusterIdentity, readLabMark } from '../../../src/world/cluster-identity.js';
import { fakeKube } from '../../fakes/fake-kube.js';
import { hurriedClock } from '../../fakes/hurried-clock.js';

const mark = { id: 'a1b2c3', name: 'first' };
const other = { id: 'd4e5f6', name: 'second' };
const { signal } = new AbortController();
const options = { clock: systemClock, signal };
const endpoint = (what: string, seen: typeof mark | undefined) => ({ what, read: async () => seen });
const down = (what: string) => ({
  what,
  read: async () => {
    throw fail('E3101', 'connection refused');
  },
});

describe('the world', () => {
  it('is real where nothing is configured, and where nothing carries a mark', async () => {
    expect(await readWorldIdentity([], options)).toEqual({ kind: 'real' });
    expect(await readWorldIdentity([endpoint('the Hetzner API', undefined)], options)).toEqual({ kind: 'real' });
  });

  it('is the lab whose mark all carry, also when one of them does not answer', async () => {
    const endpoints = [endpoint('the Hetzner API', mark), endpoint('the mother cluster', mark), down('the Sovereign')];
    expect(await readWorldIdentity(endpoints, options)).toEqual({ kind: 'lab', ...mark });
  });

  it.each([
    ['a real mother beside a lab', [mark, undefined]],
    ['a lab beside the real Hetzner', [undefined, mark]],
    ['two labs', [mark, other]],
  ])('is refused: %s', async (_, [first, second]) => {
    const endpoints = [endpoint('the Hetzner API', first), endpoint('the mother cluster', second)];
    await expect(readWorldIdentity(endpoints, options)).rejects.toMatchObject({ code: 'E1411', exitCode: 7 });
  });

  it.each([
    ['real', undefined],
    ['another lab', other],
  ])('is refused under --lab when it is %s', async (_, seen) => {
    const endpoints = [endpoint('the mother cluster', seen)];
    await expect(readWorldIdentity(endpoints, { ...options, expected: mark })).rejects.toMatchObject({
      code: 'E1411',
      message: expect.stringContaining('This command uses the lab first'),
    });
  });

  it('is not guessed when nothing answers, and an endpoint that hangs holds up nobody', async () => {
    await expect(readWorldIdentity([down('the mother cluster')], options)).rejects.toMatchObject({
      code: 'E1412',
      exitCode: 5,
      message: expect.stringContaining('connection refused'),
    });
    const hangs = { what: 'the mother cluster', read: () => new Promise<undefined>(() => undefined) };
    const hurried = { ...options, clock: hurriedClock() };
    expect(await readWorldIdentity([hangs, endpoint('the Hetzner API', mark)], hurried)).toMatchObject(mark);
  });
});

describe('the mark', () => {
  let lab: HetznerLab;
  let faults: Faults;
  beforeAll(async () => {
    faults = createFaults();
    lab = await createHetznerLab({ log: createRequestLog(), faults, mark });
  });
  afterAll(() => lab.close());

  it.each(['127.0.0.1', '0.0.0.0', 'localhost', '[::ffff:127.0.0.1]'])(
    'of the Hetzner API is seen at %s',
    async (host) => {
      const { port } = new URL(lab.endpoint);
      const api = createHetznerApi({ token: lab.token, endpoint: `http://${host}:${port}/v1`, signal });
      expect(await api.lab()).toEqual(mark);
    },
  );

  it('is seen in a refusal, and costs no request after another one', async () => {
    const refused = createHetznerApi({ token: 'wrong', endpoint: lab.endpoint, signal });
    expect(await refused.lab()).toEqual(mark);
    const used = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal });
    await used.list('server');
    const before = used.requests();
    expect(await used.lab()).toEqual(mark);
    expect(used.requests()).toBe(before);
  });

  it('is missing on loopback too, where nobody set it', async () => {
    const real = await createHetznerLab({ log: createRequestLog(), faults: createFaults() });
    expect(await createHetznerApi({ token: real.token, endpoint: real.endpoint, signal }).lab()).toBeUndefined();
    await real.close();
  });

  it('of a cluster is a ConfigMap; whoever may not read it is not told of a lab', async () => {
    const kube = fakeKube();
    kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'u-1' } });
    expect(await readClusterIdentity(kube)).toEqual({ uid: 'u-1' });
    kube.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'catalyst-lab' },
      data: mark,
    });
    expect(await readClusterIdentity(kube)).toEqual({ uid: 'u-1', lab: mark });
    const refuses = (status: number) => ({
      get: async () => {
        throw fail('E3102', 'forbidden', { data: { status } });
      },
    });
    expect(await readLabMark(refuses(403))).toBeUndefined();
    await expect(readLabMark(refuses(500))).rejects.toMatchObject({ code: 'E3102' });
  });
});
