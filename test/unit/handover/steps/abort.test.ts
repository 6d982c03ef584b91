/** What the plan of an abort names, and what its proof requires; what it changes is in point-of-no-return.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import { abortHandover } from '../../../../src/handover/steps/abort.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

let rig: WholeRig;
const abort = (keepCommits?: string) => abortHandover(rig.world, { journal: () => foldJournal([]), keepCommits });
const sentences = async () => (await abort().plan(rig.world.signal)).map(({ sentence }) => sentence);
/** A handover that nobody confirmed: it stops when it is VERIFIED. */
const verified = () => {
  const confirm = () => Promise.reject(new Error('not yet'));
  return expect(finalizeHandover(rig.world, { keepRetained: true }).run({ ...rig.context, confirm })).rejects.toThrow(
    'not yet',
  );
};

beforeEach(async () => {
  rig = await wholeRig();
});

describe('handover abort', () => {
  it('has nothing to do before a handover has begun, and says so', async () => {
    expect(await abort().isDone(rig.context)).toEqual({ done: true, reason: 'no handover has started' });
    expect((await abort().proof(rig.context)).summary).toMatch(/^no record of a handover is left/);
  });

  it('plans every change that it makes', async () => {
    await verified();
    expect(await abort().isDone(rig.context)).toEqual({ done: false });
    await expect(abort().proof(rig.context)).rejects.toMatchObject({ code: 'E4009' });
    const planned = await sentences();
    rig.acts.length = 0;
    await abort().run(rig.context);
    expect(new Set(rig.acts)).toEqual(new Set(planned));
    expect((await abort().proof(rig.context)).summary).toMatch(/nothing on the mother is suspended/);
  });

  it('plans no token of Flux, which is made only once the handover is confirmed', async () => {
    await verified();
    expect((await sentences()).filter((one) => one.startsWith('delete access token'))).toEqual([]);
  });

  it('refuses its plan as well after the point of no return, with the way on', async () => {
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    await expect(abort().plan(rig.world.signal)).rejects.toMatchObject({
      code: 'E5110',
      exitCode: 7,
      actions: ['catalyst handover status', 'catalyst handover finalize'],
    });
  });

  it('is not proven while something is suspended that a person must resume, and says how', async () => {
    await verified();
    // Since it was suspended, something of another Sovereign has come to use it.
    const key = 'Kustomization flux-system/omantel-infra';
    rig.mother.objects.set('Kustomization flux-system/of-another', {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'of-another', namespace: 'flux-system' },
      spec: { path: './clusters/otech.omani.works', dependsOn: [{ name: 'omantel-infra' }] },
    });
    await abort().run(rig.context);
    expect(rig.mother.objects.get(key)?.spec.suspend).toBe(true);
    expect(await abort().isDone(rig.context)).toEqual({ done: false });
    await expect(abort().proof(rig.context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringContaining('no longer resumes it'),
      actions: ['resume it by hand: kubectl -n flux-system edit kustomization omantel-infra'],
    });
  });

  it('tells where the commits of people are kept', async () => {
    await verified();
    rig.gitea.commit('ada', 'apps/shop.yaml', 'kind: List');
    const told: string[] = [];
    const progress = { ...rig.context.progress, output: (line: string) => void told.push(line) };
    await abort('/kept').run({ ...rig.context, progress });
    expect(told).toContain('1 commits by people, and all others, are in /kept');
  });

  it('walks back on the mother when the cluster of the Sovereign is gone', async () => {
    const { confirm: _, ...nobody } = rig.context;
    await expect(finalizeHandover(rig.world, { keepRetained: true }).run(nobody)).rejects.toMatchObject({
      code: 'E4006',
    });
    Object.assign(rig.world, { kube: () => Promise.reject(fail('E3101', 'no cluster')) });
    await abort().run(rig.context);
    expect(rig.mother.objects.get('Kustomization flux-system/omantel-infra')?.spec.suspend).toBeUndefined();
    expect((await abort().proof(rig.context)).summary).toMatch(/^no record/);
  });
});
