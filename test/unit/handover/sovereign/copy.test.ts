/** What may travel to the Sovereign, and what VERIFIED refuses to take for an equal copy. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Handover, openHandover } from '../../../../src/handover/handover.js';
import { deploymentFacts, keepItem, recordsRef, verifyCopies } from '../../../../src/handover/sovereign/copy.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import type { HttpAnswer } from '../../../../src/tools/http/http.js';
import { ids } from '../rig.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

let rig: WholeRig;
let handover: Handover;
/** A handover that stopped when it was VERIFIED: all copies are there. */
const copied = async () => {
  const confirm = () => Promise.reject(new Error('not yet'));
  const step = finalizeHandover(rig.world, { keepRetained: true });
  await expect(step.run({ ...rig.context, confirm })).rejects.toThrow('not yet');
  handover = await openHandover(rig.world, rig.context);
};
const again = { exitCode: 5, actions: ['catalyst handover abort', 'catalyst handover finalize'] };
const records = () => rig.own.objects.get(`ConfigMap ${recordsRef.namespace}/${recordsRef.name}`)!;

beforeEach(async () => {
  rig = await wholeRig();
});

describe('facts of the records', () => {
  const answering = async (answer: Partial<HttpAnswer>) => {
    const { http } = rig.world;
    Object.assign(rig.world, {
      http: async (request: { url: string }) =>
        request.url.endsWith(`/deployments/${ids[0]}`)
          ? { status: 200, headers: {}, text: '', ...answer }
          : http(request as never),
    });
    const opened = await openHandover(rig.world, rig.context);
    opened.record.ids = [...ids];
    return deploymentFacts(opened);
  };

  it('travel without credentials', async () => {
    const record = {
      id: ids[0],
      status: 'ready',
      hetznerToken: 'secret-secret',
      result: { consoleURL: 'x', kubeconfig: 'secret' },
    };
    expect(await answering({ text: JSON.stringify(record) })).toEqual({
      [ids[0]!]: { id: ids[0], status: 'ready', result: { consoleURL: 'x' } },
    });
  });

  it('are none of a record that is gone', async () => {
    expect(await answering({ status: 404 })).toEqual({});
  });

  it('are not taken for none when the API fails', async () => {
    await expect(answering({ status: 500 })).rejects.toMatchObject({
      code: 'E5004',
      message: expect.stringMatching(/catalyst-api on the mother answered 500 to https:/),
    });
  });
});

describe('copies that are read back', () => {
  beforeEach(copied);

  it('are equal when nobody changed them', async () => {
    await verifyCopies(handover);
    for (const id of ['gitops-tree', 'records', 'sealing-keys']) {
      const item = handover.record.items.find((one) => one.id === id)!;
      expect([id, item.after]).toEqual([id, item.before]);
    }
  });

  it.each([
    ['was changed', () => void Object.assign(records(), { data: { 'records.json': '{}' } })],
    ['is gone', () => void rig.own.objects.delete(`ConfigMap ${recordsRef.namespace}/${recordsRef.name}`)],
  ])('are not VERIFIED when the copy of the records %s', async (_what, change) => {
    change();
    await expect(verifyCopies(handover)).rejects.toMatchObject({ ...again, code: 'E5103', data: { item: 'records' } });
  });

  it('are not VERIFIED when the tree in Gitea is not the one that was pushed', async () => {
    const [commit] = [...rig.gitea.repositories.values()][0]!.commits;
    commit!.files.set('README.md', 'changed in place');
    await expect(verifyCopies(handover)).rejects.toMatchObject({
      ...again,
      code: 'E5103',
      data: { item: 'gitops-tree' },
    });
  });

  it('are not VERIFIED when Gitea is at another commit of the same tree', async () => {
    handover.record.revision = `main@sha1:${'0'.repeat(40)}`;
    await expect(verifyCopies(handover)).rejects.toMatchObject({
      ...again,
      code: 'E5103',
      message: expect.stringContaining('0'.repeat(40)),
    });
  });

  it('of a record by an earlier version, without sealing keys, are verified without them', async () => {
    handover.record.items = handover.record.items.filter(({ id }) => id !== 'sealing-keys');
    await verifyCopies(handover);
    expect(handover.record.items.map(({ id }) => id)).not.toContain('sealing-keys');
  });

  it('replace their item of the inventory', () => {
    const items = [{ id: 'a', what: 'old', fate: 'copied' as const }];
    keepItem(items, { id: 'a', what: 'new', fate: 'copied' });
    keepItem(items, { id: 'b', what: 'more', fate: 'copied' });
    expect(items.map(({ what }) => what)).toEqual(['new', 'more']);
  });
});
