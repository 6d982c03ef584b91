import { describe, expect, it } from 'vitest';
import type { Handover } from '../../../../src/handover/handover.js';
import {
  handSecretsToGit,
  planHandingOver,
  syncedOrWhy,
  waitForSealed,
} from '../../../../src/handover/sovereign/follow-git.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { memoryCluster, motherCluster, rig } from '../rig.js';

const managed = 'sealedsecrets.bitnami.com/managed';
const secret = (name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'gitea', ...metadata },
  data: {},
});
const sealed = (name: string, condition?: { status: string; message?: string }): KubeObject => ({
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: { name, namespace: 'gitea', generation: 2 },
  ...(condition ? { status: { observedGeneration: 2, conditions: [{ type: 'Synced', ...condition }] } } : {}),
});
const owned = {
  ownerReferences: [{ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'owned', uid: 'u' }],
};

/** A Sovereign whose tree has these Secrets sealed. */
function handover(objects: KubeObject[], names: string[]) {
  const own = memoryCluster(objects);
  const { world, context, acts } = rig(motherCluster({}), own, () => undefined);
  const secrets = names.map((name) => ({ namespace: 'gitea', name, maker: 'catalyst', keys: [] }));
  Object.assign(world, { blueprints: [{ secrets }] });
  return { world, own, acts, handover: { ...context, world } as unknown as Handover };
}

describe('Secrets that were there before Git', () => {
  it('are annotated before the pivot, as the controller asks; those that it made stay as they are', async () => {
    const {
      world,
      own,
      acts,
      handover: one,
    } = handover(
      [secret('old'), secret('new', { annotations: { [managed]: 'true' } }), secret('owned', owned)],
      ['old', 'new', 'owned', 'not-there'],
    );
    const planned = await planHandingOver(world, own.kube);
    await handSecretsToGit(one, own.kube);
    expect(acts).toEqual(planned.map(({ sentence }) => sentence));
    expect(acts).toEqual([expect.stringMatching(/: gitea\/old$/)]);
    expect(own.objects.get('Secret gitea/old')?.metadata.annotations).toEqual({ [managed]: 'true' });
    expect(own.writes).toEqual(['patch Secret gitea/old']);
    expect(await planHandingOver(world, own.kube)).toEqual([]);
  });

  it('end the handover with the words of the controller when one does not follow', async () => {
    const message = 'failed update: Resource "admin" already exists and is not managed by SealedSecret';
    const { own, handover: one } = handover(
      [sealed('fine', { status: 'True' }), sealed('admin', { status: 'False', message })],
      ['fine', 'admin'],
    );
    await expect(waitForSealed(one, own.kube)).rejects.toMatchObject({
      code: 'E5101',
      message: expect.stringContaining(`SealedSecret gitea/admin does not become a Secret: ${message}`),
    });
  });
});

it('a SealedSecret counts only about its present spec', () => {
  const stale = sealed('a', { status: 'False', message: 'about the spec before' });
  stale.status.observedGeneration = 1;
  expect(syncedOrWhy(stale)).toHaveProperty('pending');
  expect(syncedOrWhy(sealed('a'))).toHaveProperty('pending');
  expect(syncedOrWhy(undefined)).toHaveProperty('pending');
  expect(syncedOrWhy(sealed('a', { status: 'True' }))).toEqual({ done: true });
});
