import { describe, expect, it } from 'vitest';
import { leaseRef, releaseLease, renewLease, takeLease } from '../../../src/mother/lease.js';
import { fail } from '../../../src/support/errors/errors.js';
import { type MemoryCluster, memoryCluster } from '../handover/rig.js';

const laptop = { pid: 100, started: '777', pids: 'pid:[1]', boot: 'boot-a', machine: 'machine-a' };
const holder = (fqdn: string, runId: string, process = laptop) => ({ fqdn, runId, by: 'me@laptop', process });
const key = 'Lease catalyst/catalyst-sovereign-mother';

const gone = () => undefined;
const alive = () => '777';
const reused = () => '888';

/** A clock that a test sets; `whileWaiting` is what happens on the mother meanwhile. */
function rig(at: string, whileWaiting: () => Promise<unknown> = async () => undefined) {
  const time = { now: new Date(at) };
  const clock = { now: () => time.now, sleep: async () => void (await whileWaiting()) };
  return { time, given: { clock, signal: new AbortController().signal, onWaiting: () => undefined, startOf: alive } };
}

/** Counts versions and refuses a patch of an older one, as an API server does. */
function versioned(cluster: MemoryCluster) {
  const { patch, create } = cluster.kube;
  let version = 1;
  cluster.kube.create = async (object) => {
    if (cluster.objects.has(key)) throw fail('E3102', 'exists', { data: { status: 409 } });
    return create({ ...object, metadata: { ...object.metadata, resourceVersion: String(version++) } });
  };
  cluster.kube.patch = async (ref, change) => {
    const asked = (change.metadata as { resourceVersion?: string } | undefined)?.resourceVersion;
    const current = cluster.objects.get(key)?.metadata.resourceVersion;
    if (asked !== undefined && asked !== current) throw fail('E3102', 'conflict', { data: { status: 409 } });
    return patch(ref, { ...change, metadata: { ...(change.metadata as object), resourceVersion: String(version++) } });
  };
  return cluster.kube;
}

describe('the Lease on the mother', () => {
  it('lets one run in, names it to the second, and lets that in when the first has gone', async () => {
    const kube = versioned(memoryCluster([]));
    const { given } = rig('2026-11-29T10:00:00Z');
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'run-a'), given);
    await expect(takeLease(kube, 'catalyst', holder('b.omani.works', 'run-b'), given)).rejects.toMatchObject({
      code: 'E5021',
      exitCode: 9,
      message: expect.stringContaining('a.omani.works/run-a me@laptop, since 2026-11-29T10:00:00.000000Z'),
      data: { expires: '2026-11-29T10:01:00.000Z' },
    });
    await releaseLease(kube, 'catalyst', 'run-b');
    expect(await kube.get(leaseRef('catalyst'))).toBeDefined();
    await releaseLease(kube, 'catalyst', 'run-a');
    await takeLease(kube, 'catalyst', holder('b.omani.works', 'run-b'), given);
  });

  const killed = async (next: Partial<typeof laptop>, startOf: () => string | undefined) => {
    const kube = versioned(memoryCluster([]));
    const { given } = rig('2026-11-29T10:00:00Z');
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'killed'), given);
    const process = { ...laptop, pid: 200, ...next };
    const taken = takeLease(kube, 'catalyst', holder('a.omani.works', 'next', process), { ...given, startOf });
    return { kube, taken };
  };

  it.each([
    ['has ended', gone],
    ['has ended, and another one has its number', reused],
  ])('goes at once to a run on the same boot of the same machine whose holder %s', async (_, startOf) => {
    const { kube, taken } = await killed({}, startOf);
    await taken;
    expect(await renewLease(kube, 'catalyst', 'killed', new Date())).toBe(false);
    expect(await renewLease(kube, 'catalyst', 'next', new Date())).toBe(true);
  });

  it.each([
    ['whose process lives', {}, alive],
    ['of a clone of the machine', { boot: 'boot-b' }, gone],
    ['of another machine that answers to the same boot', { machine: 'machine-b' }, gone],
    ['in another container', { pids: 'pid:[2]' }, gone],
    ['of a machine without a boot id', { boot: '' }, gone],
  ])('is waited for by a run %s, of whatever folder and host name', async (_, next, startOf) => {
    const { taken } = await killed(next, startOf);
    await expect(taken).rejects.toMatchObject({ code: 'E5021', exitCode: 9 });
  });

  it('of a version that names no process is waited for', async () => {
    const kube = versioned(memoryCluster([]));
    const { given } = rig('2026-11-29T10:00:00Z');
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'killed'), given);
    for (const process of [null, 'no JSON', '{"pid":1}']) {
      const annotations = { 'catalyst.openova.io/process': process };
      await kube.patch(leaseRef('catalyst'), { metadata: { annotations } });
      const next = takeLease(kube, 'catalyst', holder('a.omani.works', 'next'), { ...given, startOf: gone });
      await expect(next).rejects.toMatchObject({ code: 'E5021' });
    }
  });

  it('that is not renewed any more is taken over; one that is renewed meanwhile is not, whatever the clocks show', async () => {
    const kube = versioned(memoryCluster([]));
    const dead = rig('2026-11-29T10:00:00Z');
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'run-a'), dead.given);
    const later = rig('2026-11-29T11:00:00Z', () =>
      renewLease(kube, 'catalyst', 'run-a', new Date('2026-11-29T10:00:15Z')),
    );
    const second = holder('b.omani.works', 'run-b');
    await expect(takeLease(kube, 'catalyst', second, later.given)).rejects.toMatchObject({ code: 'E5021' });
    await takeLease(kube, 'catalyst', second, rig('2026-11-29T11:00:00Z').given);
    expect(await renewLease(kube, 'catalyst', 'run-a', new Date())).toBe(false);
  });

  it('is decided by the API server when two take it over at once', async () => {
    const kube = versioned(memoryCluster([]));
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'run-a'), rig('2026-11-29T10:00:00Z').given);
    const get = kube.get;
    const stale = await get(leaseRef('catalyst'));
    const { given } = rig('2026-11-29T11:00:00Z');
    await takeLease(kube, 'catalyst', holder('b.omani.works', 'run-b'), given);
    let looks = 0;
    const late = { ...kube, get: async (ref: Parameters<typeof get>[0]) => (looks++ < 2 ? stale : get(ref)) };
    await expect(takeLease(late, 'catalyst', holder('c.omani.works', 'run-c'), given)).rejects.toMatchObject({
      message: expect.stringContaining('b.omani.works/run-b'),
    });
  });
});
