/** #384 after a run that was killed while its ConfigMap was restored: what is left belongs to Velero, and is not applied over. */
import { expect, it } from 'vitest';
import type { KubeObject, KubeRef } from '../../../../src/kubernetes/client/kube.js';
import { backupRestores } from '../../../../src/walk/proofs/data/backup-restores.js';
import type { Act } from '../../../../src/world/step.js';
import type { World } from '../../../../src/world/world.js';
import { omantel } from '../../hetzner/fake-world.js';

function rig(left?: string) {
  const calls: string[] = [];
  let value = left;
  const writers = {
    sovereign: async () => ({
      async apply([object]: KubeObject[]) {
        calls.push(`apply ${object!.kind}`);
        if (object!.kind === 'ConfigMap') value = object!['data'].value;
        return [object];
      },
      async delete({ kind }: KubeRef) {
        calls.push(`delete ${kind}`);
      },
    }),
  };
  const kube = {
    get: async () => (value === undefined ? undefined : { data: { value } }),
    waitFor: async () => 'Completed',
  };
  const act = (async (_mutation: unknown, change: (given: typeof writers) => unknown) =>
    change(writers)) as unknown as Act;
  const world = { runId: '0123456789ab', sovereign: omantel(), kube: async () => kube } as unknown as World;
  const proof = backupRestores(world);
  return { calls, take: () => proof.take({ act, undo: { act } } as unknown as Parameters<typeof proof.take>[0]) };
}

it('removes what an earlier run left before it makes its own', async () => {
  const { calls, take } = rig('probe-of-an-earlier-run');
  await take();
  expect(calls.slice(0, 3)).toEqual(['apply Namespace', 'delete ConfigMap', 'apply ConfigMap']);
});

it('removes nothing where nothing was left', async () => {
  const { calls, take } = rig();
  await take();
  expect(calls.slice(0, 2)).toEqual(['apply Namespace', 'apply ConfigMap']);
});
