import { describe, expect, it } from 'vitest';
import { openHandover } from '../../../../src/handover/handover.js';
import { eraseRetained } from '../../../../src/handover/mother/erase.js';
import { readRecord } from '../../../../src/handover/record.js';
import { ids, memoryCluster, motherCluster, rig } from '../rig.js';

const full = { ids, count: 4, total: 1, rows: ['ours deployments/x.json'], hash: 'h', inFlight: [] };
const empty = { ids, count: 0, total: 0, rows: [], hash: 'h', inFlight: [] };
const noZone = (call: string) => {
  if (call.endsWith('/zones')) return { headers: { 'content-type': 'application/json' }, text: '[]' };
  return call.includes('/zones/') ? { status: 404 } : undefined;
};

function inventories(...all: object[]) {
  return () => all.shift() ?? empty;
}

describe("erasing what the mother's claim retains", () => {
  it('suspends the owner, scales to 0, erases, and puts both back as found', async () => {
    const mother = motherCluster({ inventory: inventories(full, empty), erase: () => ({ deleted: 4, left: 0 }) });
    const { world, context, acts } = rig(mother, memoryCluster([]), noZone);
    const handover = await openHandover(world, context);
    await eraseRetained(handover);
    const order = acts.filter((sentence) => /suspend|scale|resume|delete the files on its claim/.test(sentence));
    expect(order.map((sentence) => sentence.split(' ').slice(0, 2).join(' '))).toEqual([
      'suspend Flux',
      'scale Deployment',
      'run a',
      'scale Deployment',
      'resume Flux',
    ]);
    expect(mother.objects.get('Deployment catalyst/catalyst-api')?.spec.replicas).toBe(1);
    expect(mother.objects.get('Kustomization flux-system/catalyst-platform')?.spec).toEqual({
      path: './products/catalyst',
    });
    expect(handover.record.erasedAt).toBeDefined();
    expect(handover.record.stopped).toBeUndefined();
  });

  it('puts both back when the erasure fails, and says so', async () => {
    const mother = motherCluster({
      inventory: inventories(full),
      erase: () => {
        throw new Error('the claim is broken');
      },
    });
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    await expect(eraseRetained(await openHandover(world, context))).rejects.toThrow(/claim is broken/);
    expect(mother.objects.get('Deployment catalyst/catalyst-api')?.spec.replicas).toBe(1);
    expect(mother.objects.get('Kustomization flux-system/catalyst-platform')?.spec.suspend).toBeUndefined();
  });

  it('puts both back when ^C comes in between', async () => {
    const mother = motherCluster({ inventory: inventories(full) });
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    const stopped = await openHandover(world, {
      ...context,
      act: async (mutation, change) => {
        if (/delete the files on its claim|to 1|resume/.test(mutation.sentence)) throw new Error('interrupted');
        return context.act(mutation, change);
      },
    });
    await expect(eraseRetained(stopped)).rejects.toThrow('interrupted');
    expect(mother.objects.get('Deployment catalyst/catalyst-api')?.spec.replicas).toBe(1);
    expect(mother.objects.get('Kustomization flux-system/catalyst-platform')?.spec.suspend).toBeUndefined();
  });

  it('after a kill in between, puts back what the first run had found', async () => {
    const mother = motherCluster({ inventory: inventories(full, full, empty), erase: () => ({ deleted: 4, left: 0 }) });
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    const deployment = mother.objects.get('Deployment catalyst/catalyst-api')!;
    deployment.spec.replicas = 2;
    deployment.status = { observedGeneration: 1, replicas: 2, readyReplicas: 2 };
    // The process dies here: nothing later of this run is carried out.
    const act: typeof context.act = async (mutation, change) => {
      if (/erase|delete the files on its claim|to 2|resume/.test(mutation.sentence)) throw new Error('killed');
      return context.act(mutation, change);
    };
    const killed = await openHandover(world, { ...context, act, undo: { ...context.undo, act } });
    await expect(eraseRetained(killed)).rejects.toThrow('killed');
    expect(mother.objects.get('Deployment catalyst/catalyst-api')?.spec.replicas).toBe(0);
    await eraseRetained(await openHandover(world, context));
    expect(mother.objects.get('Deployment catalyst/catalyst-api')?.spec.replicas).toBe(2);
    expect(mother.objects.get('Kustomization flux-system/catalyst-platform')?.spec.suspend).toBeUndefined();
  });

  it('does not stop catalyst-api while a deployment is in flight', async () => {
    const mother = motherCluster({ inventory: () => ({ ...full, inFlight: ['ce476aaf80731a46'] }) });
    const { world, context, acts } = rig(mother, memoryCluster([]), noZone);
    await expect(eraseRetained(await openHandover(world, context))).rejects.toMatchObject({
      code: 'E5102',
      exitCode: 7,
    });
    expect(acts.some((sentence) => sentence.startsWith('scale'))).toBe(false);
  });

  it('is not done when something is left', async () => {
    const mother = motherCluster({ inventory: () => full, erase: () => ({ deleted: 0, left: 0 }) });
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    const handover = await openHandover(world, context);
    await expect(eraseRetained(handover)).rejects.toMatchObject({ code: 'E5005' });
    expect(handover.record.erasedAt).toBeUndefined();
  });
});

describe('the handover record', () => {
  it('is found again on either side, the furthest counts, and a changed one is refused', async () => {
    const mother = motherCluster({});
    const own = memoryCluster([]);
    const { world, context } = rig(mother, own, () => undefined);
    const handover = await openHandover(world, context);
    await handover.save('PREPARED');
    await handover.save('FROZEN');
    expect(await readRecord(world)).toMatchObject({
      state: 'FROZEN',
      history: [{ state: 'PREPARED' }, { state: 'FROZEN' }],
    });
    const key = 'ConfigMap catalyst/catalyst-sovereign-handover-omantel-omani-works';
    const object = mother.objects.get(key)!;
    const envelope = JSON.parse(object.data['record.json']);
    const record = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    envelope.payload = Buffer.from(JSON.stringify({ ...record, state: 'DECOMMISSIONED' })).toString('base64');
    mother.objects.set(key, { ...object, data: { 'record.json': JSON.stringify(envelope) } });
    await expect(readRecord(world)).rejects.toMatchObject({ code: 'E5105' });
  });
});
