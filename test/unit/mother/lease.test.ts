import { describe, expect, it } from 'vitest';
import { leaseRef, releaseLease, renewLease, takeLease } from '../../../src/mother/lease.js';
import { fail } from '../../../src/support/errors.js';
import { type MemoryCluster, memoryCluster } from '../handover/rig.js';

const holder = (fqdn: string, runId: string, state = runId) => ({ fqdn, runId, by: 'me@laptop', state });
const key = 'Lease catalyst/catalyst-sovereign-mother';

/** A clock that a test sets; `whileWaiting` is what happens on the mother meanwhile. */
function rig(at: string, whileWaiting: () => Promise<unknown> = async () => undefined) {
  const time = { now: new Date(at) };
  const clock = { now: () => time.now, sleep: async () => void (await whileWaiting()) };
  return { time, given: { clock, signal: new AbortController().signal, onWaiting: () => undefined } };
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

  it('goes to the next run of the same state folder at once: the lock there shows that the holder is dead', async () => {
    const kube = versioned(memoryCluster([]));
    const { given } = rig('2026-11-29T10:00:00Z');
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'killed', 'folder'), given);
    await takeLease(kube, 'catalyst', holder('a.omani.works', 'next', 'folder'), given);
    expect(await renewLease(kube, 'catalyst', 'killed', new Date())).toBe(false);
    expect(await renewLease(kube, 'catalyst', 'next', new Date())).toBe(true);
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
