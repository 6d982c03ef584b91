import { describe, expect, it } from 'vitest';
import { lookAtCatalyst } from '../../../../../src/handover/handover.js';
import { holdMother } from '../../../../../src/handover/mother/hold-mother.js';
import { scaleMutation, stopCatalyst } from '../../../../../src/handover/mother/stop-catalyst.js';
import { withArmedUndo } from '../../../../../src/handover/mother/undo/armed-undo.js';
import { startCatalyst } from '../../../../../src/handover/mother/undo/start-catalyst.js';
import type { KubeObject } from '../../../../../src/kubernetes/client/kube.js';
import { discoverCatalyst } from '../../../../../src/mother/discover.js';
import { undoObjects } from '../../../../../src/mother/jobs/undo-job.js';
import type { World } from '../../../../../src/world/world.js';
import { type MemoryCluster, memoryCluster, motherCluster, rig } from '../../rig.js';

const at = { deployment: 'Deployment catalyst/catalyst-api', owner: 'Kustomization flux-system/catalyst-platform' };
const made = () => {
  const mother = motherCluster({});
  return { mother, ...rig(mother, memoryCluster([]), () => undefined) };
};
const undoKinds = ['Job', 'RoleBinding', 'Role', 'ServiceAccount', 'Lease'];
const left = ({ objects }: MemoryCluster) => [...objects.values()].filter(({ kind }) => undoKinds.includes(kind));

/** What a killed run of that Sovereign leaves: everything stopped, its undo armed. */
async function killedRun(mother: MemoryCluster, world: World, fqdn: string, status?: object): Promise<KubeObject> {
  const found = await discoverCatalyst(mother.kube, world.sovereign);
  const until = new Date('2026-11-22T10:10:00Z');
  const objects = undoObjects(found, { fqdn, runId: 'deadbeef0000', seconds: 600, until });
  for (const object of objects)
    mother.objects.set(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object);
  const job = objects.at(-1)!;
  if (status) job.status = status;
  mother.objects.get(at.deployment)!.spec.replicas = 0;
  mother.objects.get(at.owner)!.spec.suspend = true;
  return job;
}

describe('while catalyst-api is stopped', () => {
  it('its undo is armed first, names Sovereign and run, and is gone in the end', async () => {
    const { mother, world, context } = made();
    const catalyst = await lookAtCatalyst(world);
    await withArmedUndo(world, context, { catalyst, seconds: 600 }, async (armed) => {
      const job = left(mother).find(({ kind }) => kind === 'Job');
      expect(job?.metadata).toMatchObject({
        name: 'catalyst-sovereign-undo-omantel-omani-works-run12345',
        labels: { 'catalyst.openova.io/sovereign': 'omantel.omani.works', 'catalyst.openova.io/run': 'run12345' },
      });
      await stopCatalyst(mother.kube, armed.act, catalyst);
      expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(0);
    });
    expect(left(mother)).toEqual([]);
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(1);
  });

  it('a change that nobody waited for any more is waited for, and no timer outlives it', async () => {
    const { world, context } = made();
    const catalyst = await lookAtCatalyst(world);
    const timers: (AbortSignal | undefined)[] = [];
    const clock: World['clock'] = {
      ...world.clock,
      sleep: (_ms, signal) =>
        new Promise((_, reject) => {
          timers.push(signal);
          signal?.addEventListener('abort', () => reject(signal.reason));
          setImmediate(finish);
        }),
    };
    let finish: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const armed = withArmedUndo({ ...world, clock }, context, { catalyst, seconds: 600 }, async ({ act }) => {
      act(scaleMutation(catalyst, 0), () => late).catch(() => undefined);
      throw new Error('given up');
    });
    await expect(armed).rejects.toThrow('given up');
    expect(timers.length).toBeGreaterThan(0);
    expect(timers.every((signal) => signal?.aborted)).toBe(true);
  });

  it('counts as stopped only when no Pod of it is left, ending ones neither', async () => {
    const { mother, world, context } = made();
    const catalyst = { ...(await lookAtCatalyst(world)), labels: { app: 'catalyst-api' } };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'catalyst-api-1', namespace: 'catalyst', uid: 'u', labels: catalyst.labels },
    };
    mother.objects.set('Pod catalyst/catalyst-api-1', pod as KubeObject);
    await expect(stopCatalyst(mother.kube, context.act, catalyst)).rejects.toThrow(/Pod catalyst\/catalyst-api-1/);
    mother.objects.delete('Pod catalyst/catalyst-api-1');
    await stopCatalyst(mother.kube, context.act, catalyst);
  });

  it.each([
    ['absent', undefined, 'null'],
    ['false', false, 'false'],
  ])('`suspend` that was %s is put back as it was, by us and by the Job', async (_was, suspend, inJob) => {
    const { mother, world, context } = made();
    const owner = mother.objects.get(at.owner)!;
    if (suspend !== undefined) owner.spec.suspend = suspend;
    const before = structuredClone(owner.spec);
    const catalyst = await lookAtCatalyst(world);
    await stopCatalyst(mother.kube, context.act, catalyst);
    await startCatalyst(mother.kube, context.undo, catalyst);
    expect(mother.objects.get(at.owner)?.spec).toEqual(before);
    const job = undoObjects(catalyst, { fqdn: 'a.b', runId: 'r', seconds: 1, until: new Date() }).at(-1)!;
    expect(job.spec.template.spec.containers[0].env).toContainEqual({ name: 'SUSPEND', value: inJob });
  });

  it('nothing is stopped when the undo may not do what it must, and nothing of it stays', async () => {
    const { mother, world, context } = made();
    const { onWrite } = mother;
    mother.onWrite = (verb, object) => {
      onWrite?.(verb, object);
      if (object.kind !== 'Job') return;
      object.metadata.annotations = {};
      object.status = { failed: 1 };
      const terminated = { message: 'not allowed: patch deployments.apps/catalyst-api' };
      mother.objects.set('Pod catalyst/undo', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'undo',
          namespace: 'catalyst',
          labels: { 'batch.kubernetes.io/job-name': object.metadata.name },
        },
        status: { containerStatuses: [{ state: { terminated } }] },
      });
    };
    const catalyst = await lookAtCatalyst(world);
    const work = async () => expect.unreachable();
    await expect(withArmedUndo(world, context, { catalyst, seconds: 600 }, work)).rejects.toMatchObject({
      code: 'E5020',
      message: expect.stringContaining('not allowed: patch deployments.apps/catalyst-api'),
    });
    expect(left(mother)).toEqual([]);
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(1);
  });

  it('a process that slept until the mother put back does not go on: it puts back, disarms and reports', async () => {
    const { mother, world, context, acts } = made();
    const catalyst = await lookAtCatalyst(world);
    const times = { now: 0, monotonic: () => times.now };
    const work = withArmedUndo(
      world,
      context,
      { catalyst, seconds: 600 },
      async (armed) => {
        await stopCatalyst(mother.kube, armed.act, catalyst);
        times.now = 590_000;
        await armed.act({ target: { system: 'mother', kind: 'Job', name: 'erase' }, sentence: 'erase' }, async () => 0);
      },
      times,
    );
    await expect(work).rejects.toMatchObject({ code: 'E5023', exitCode: 8 });
    expect(acts).not.toContain('erase');
    expect(left(mother)).toEqual([]);
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(1);
  });
});

describe('what an earlier run has left on the mother', () => {
  it('is put back exactly and removed, when it is of this Sovereign', async () => {
    const { mother, world, context } = made();
    mother.objects.get(at.owner)!.spec.suspend = false;
    await killedRun(mother, world, 'omantel.omani.works');
    await holdMother(world, context, async () => {
      expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(1);
      expect(mother.objects.get(at.owner)?.spec.suspend).toBe(false);
      expect(left(mother).map(({ kind }) => kind)).toEqual(['Lease']);
    });
    expect(left(mother)).toEqual([]);
  });

  it("is only removed when its undo has been made: what is there now is another person's", async () => {
    const { mother, world, context } = made();
    await killedRun(mother, world, 'omantel.omani.works', { conditions: [{ type: 'Complete', status: 'True' }] });
    await holdMother(world, context, async () => undefined);
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(0);
    expect(mother.objects.get(at.owner)?.spec.suspend).toBe(true);
    expect(left(mother)).toEqual([]);
  });

  it.each(['newomantel.omani.works', 'omantel.omani.works.evil', 'test.omani.works'])(
    'keeps this run out and is untouched when it is of %s',
    async (other) => {
      const { mother, world, context } = made();
      await killedRun(mother, world, other);
      const before = left(mother).length;
      await expect(holdMother(world, context, async () => expect.unreachable())).rejects.toMatchObject({
        code: 'E5022',
        exitCode: 9,
        message: expect.stringContaining(`a run of ${other} (deadbeef0000)`),
      });
      expect(left(mother)).toHaveLength(before);
      expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(0);
    },
  );
});
