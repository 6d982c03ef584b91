/** What somebody changes at catalyst-api between the look that the undo is made out for and the undo itself stays as they left it. */
import { describe, expect, it } from 'vitest';
import { lookAtCatalyst } from '../../../../../src/handover/handover.js';
import { stopCatalyst } from '../../../../../src/handover/mother/stop-catalyst.js';
import { withArmedUndo } from '../../../../../src/handover/mother/undo/armed-undo.js';
import { undoObjects } from '../../../../../src/mother/jobs/undo-job.js';
import { memoryCluster, motherCluster, rig } from '../../rig.js';

const at = { deployment: 'Deployment catalyst/catalyst-api', owner: 'Kustomization flux-system/catalyst-platform' };

async function made() {
  const mother = motherCluster({});
  const { world, context } = rig(mother, memoryCluster([]), () => undefined);
  const scale = (replicas: number) => {
    const deployment = mother.objects.get(at.deployment)!;
    deployment.spec.replicas = replicas;
    deployment.status = { ...deployment.status, replicas, readyReplicas: replicas };
  };
  return { mother, world, context, scale, catalyst: await lookAtCatalyst(world), seconds: 600 };
}

describe('catalyst-api that somebody changes meanwhile', () => {
  it('is not stopped when it has other replicas than its undo would put back, and keeps them', async () => {
    const { mother, world, context, scale, catalyst, seconds } = await made();
    scale(3);
    const work = withArmedUndo(world, context, { catalyst, seconds }, async (armed) =>
      stopCatalyst(mother.kube, armed.act, catalyst),
    );
    await expect(work).rejects.toMatchObject({
      code: 'E5020',
      message: expect.stringMatching(/3 replicas now and had 1/),
    });
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(3);
    expect(mother.objects.get(at.owner)?.spec.suspend).toBeUndefined();
  });

  it('stays suspended where a person suspended it before anything was stopped', async () => {
    const { mother, world, context, catalyst, seconds } = await made();
    mother.objects.get(at.owner)!.spec.suspend = true;
    const work = withArmedUndo(world, context, { catalyst, seconds }, async () => {
      throw new Error('the ground shakes');
    });
    await expect(work).rejects.toThrow('the ground shakes');
    expect(mother.objects.get(at.owner)?.spec.suspend).toBe(true);
  });

  it('keeps the replicas that a person gave it while it was stopped', async () => {
    const { mother, world, context, scale, catalyst, seconds } = await made();
    await withArmedUndo(world, context, { catalyst, seconds }, async (armed) => {
      await stopCatalyst(mother.kube, armed.act, catalyst);
      scale(3);
    });
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(3);
    expect(mother.objects.get(at.owner)?.spec.suspend).toBeUndefined();
  });

  it('is put back when an earlier run has stopped it, whatever this one came to', async () => {
    const { mother, world, context, scale, catalyst, seconds } = await made();
    scale(0);
    const work = withArmedUndo(world, context, { catalyst, seconds }, async () => {
      throw new Error('refused');
    });
    await expect(work).rejects.toThrow('refused');
    expect(mother.objects.get(at.deployment)?.spec.replicas).toBe(1);
  });
});

describe('catalyst-api that is started again while it stops', () => {
  const back = (manager: string) => ({ manager, fieldsV1: { 'f:spec': { 'f:replicas': {} } } });

  /** Somebody writes its replicas back after each of the first `times` stops. */
  async function stopped(manager: string, times: number) {
    const { mother, world, context, scale, catalyst, seconds } = await made();
    const { patch } = mother.kube;
    let stops = 0;
    mother.kube.patch = async (ref, body, ...rest) => {
      const merged = await patch(ref, body, ...rest);
      if (ref.kind !== 'Deployment' || merged.spec.replicas !== 0) return merged;
      stops += 1;
      if (stops <= times) {
        scale(1);
        mother.objects.get(at.deployment)!.metadata['managedFields'] = [back(manager)];
      }
      return merged;
    };
    const work = withArmedUndo(world, context, { catalyst, seconds }, async (armed) =>
      stopCatalyst(mother.kube, armed.act, catalyst),
    );
    return { work, stops: () => stops };
  }

  it('is stopped again where its owner was at work when it was suspended', async () => {
    const { work, stops } = await stopped('kustomize-controller', 1);
    await work;
    expect(stops()).toBe(2);
  });

  it('is not stopped for ever', async () => {
    const { work, stops } = await stopped('kustomize-controller', 9);
    await expect(work).rejects.toThrow('1 Pods are left');
    expect(stops()).toBe(3);
  });

  it('is left running where anybody else has started it', async () => {
    const { work, stops } = await stopped('kubectl-scale', 1);
    await expect(work).rejects.toThrow('1 Pods are left');
    expect(stops()).toBe(1);
  });
});

it('the armed undo outlasts an API server that is away for hours when its wait is over', async () => {
  const { catalyst } = await made();
  const run = { fqdn: 'omantel.omani.works', runId: 'r', seconds: 600, until: new Date() };
  const { backoffLimit, template } = undoObjects(catalyst, run).at(-1)!.spec;
  const longestBackoffMinutes = 5;
  expect(template.spec.restartPolicy).toBe('OnFailure');
  expect(backoffLimit * longestBackoffMinutes).toBeGreaterThan(24 * 60);
});
