/** #319 from REVOKED to DECOMMISSIONED, and what it refuses to call done. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../../../src/handover/record.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { redirectConsole } from '../../../../src/handover/steps/redirect.js';
import { watchProtected } from '../../../../src/mother/protected/protected-watch.js';
import { ids } from '../rig.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

const redirect = 'catalyst-sovereign-redirect-omantel-omani-works';
const noteOnMother = 'ConfigMap catalyst/catalyst-sovereign-handover-omantel-omani-works';
let rig: WholeRig;
const step = () => redirectConsole(rig.world);
const sentences = async () => (await step().plan(rig.world.signal)).map(({ sentence }) => sentence);
/** What taking the proof changes, whatever is left to do. */
const proofOnly = async () => ((await step().planProof?.()) ?? []).map(({ sentence }) => sentence);
const revoked = () => finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
/** Something of this Sovereign that no step of the decommission may delete: it runs. */
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'left', namespace: 'tools', labels: { 'catalyst.openova.io/sovereign': 'omantel.omani.works' } },
};

beforeEach(async () => {
  rig = await wholeRig();
});

describe('#319', () => {
  it('leaves nothing of the Sovereign on the mother but the redirect', async () => {
    await revoked();
    await step().run(rig.context);
    expect([...rig.mother.objects.keys()].filter((key) => key.includes('omantel')).sort()).toEqual([
      `Ingress catalyst/${redirect}`,
      `Middleware catalyst/${redirect}`,
    ]);
    expect(await readRecord(rig.world)).toMatchObject({
      state: 'DECOMMISSIONED',
      ids,
      redirectedAt: expect.any(String),
    });
    expect(await step().proof(rig.context)).toMatchObject({
      summary: expect.stringMatching(/^1 old addresses answer 301 to https:\/\/console\.omantel.*; residue: /),
      facts: { ids, redirect: 'https://console.omantel.omani.works/sovereign/' },
    });
    expect(await step().isDone(rig.context)).toMatchObject({ done: true });
    expect(await sentences()).toEqual(await proofOnly());
  });

  it('exits 7 before REVOKED, names the state and changes nothing', async () => {
    const before = structuredClone(rig.snapshot());
    await expect(step().run(rig.context)).rejects.toMatchObject({
      code: 'E5101',
      exitCode: 7,
      message: expect.stringContaining('not begun'),
      actions: ['catalyst handover finalize'],
    });
    expect(rig.snapshot()).toEqual(before);
    expect(await step().isDone(rig.context)).toEqual({ done: false });
    await expect(step().proof(rig.context)).rejects.toMatchObject({ code: 'E4009' });
  });

  it('plans what is left to do: no deletion before there is a handover, no redirect that stands', async () => {
    expect((await sentences()).filter((one) => /^delete the old copy of zone/.test(one))).toEqual([]);
    await revoked();
    expect(await sentences()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^answer 301/),
        expect.stringMatching(/^delete the old copy of zone/),
      ]),
    );
    await expect(
      step().run({
        ...rig.context,
        act: async (mutation, change, options) => {
          if (mutation.sentence.startsWith('note state DECOMMISSIONED')) throw new Error('killed');
          return rig.context.act(mutation, change, options);
        },
      }),
    ).rejects.toThrow('killed');
    const rest = await sentences();
    expect(rest.filter((one) => /answer 30|delete the old copy of zone|scale/.test(one))).toEqual([]);
    expect(rest.at(-(await proofOnly()).length - 1)).toMatch(
      /^delete the handover record .* on the mother; the Sovereign keeps its copy$/,
    );
    await step().run(rig.context);
    expect((await readRecord(rig.world))?.state).toBe('DECOMMISSIONED');
  });

  it('is not DECOMMISSIONED while something of the Sovereign is left, and says what', async () => {
    await revoked();
    rig.mother.objects.set('Pod tools/left', pod);
    const failed = expect.objectContaining({
      code: 'E5005',
      message: expect.stringContaining('Pod tools/left'),
      actions: ['catalyst verify residue'],
    });
    await expect(step().run(rig.context)).rejects.toEqual(failed);
    expect((await readRecord(rig.world))?.state).toBe('REVOKED');
    expect(rig.mother.objects.has(noteOnMother)).toBe(true);
    rig.mother.objects.delete('Pod tools/left');
    await step().run(rig.context);
    rig.mother.objects.set('Pod tools/left', pod);
    await expect(step().proof(rig.context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringContaining('Pod tools/left'),
    });
  });

  it('tells what only mentions the Sovereign and stays', async () => {
    await revoked();
    const metadata = { name: 'notes', namespace: 'tools' };
    const notes = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'see omantel.omani.works' } };
    rig.mother.objects.set('ConfigMap tools/notes', notes);
    const told: string[] = [];
    const progress = { ...rig.context.progress, output: (line: string) => void told.push(line) };
    await step().run({ ...rig.context, progress });
    expect(told).toContainEqual(expect.stringMatching(/^left alone: .*tools\/notes/));
    expect(rig.mother.objects.has('ConfigMap tools/notes')).toBe(true);
  });

  it('is done anew when the redirect was removed, and not proven', async () => {
    await revoked();
    await step().run(rig.context);
    rig.mother.objects.delete(`Middleware catalyst/${redirect}`);
    expect(await step().isDone(rig.context)).toEqual({ done: false });
    await expect(step().proof(rig.context)).rejects.toMatchObject({
      code: 'E5106',
      message: expect.stringContaining(`/sovereign/${ids[0]} answers 200`),
    });
  });

  it('is not done while the mother still has its note, as a run that was killed at its last change leaves it', async () => {
    await revoked();
    const kept = async () => structuredClone(rig.mother.objects.get(noteOnMother)!);
    let note = await kept();
    await step().run({
      ...rig.context,
      act: async (mutation, change, options) => {
        if (mutation.sentence.startsWith('delete the handover record')) note = await kept();
        return rig.context.act(mutation, change, options);
      },
    });
    rig.mother.objects.set(noteOnMother, note);
    expect(await step().isDone(rig.context)).toEqual({ done: false });
    await step().run(rig.context);
    expect(rig.mother.objects.has(noteOnMother)).toBe(false);
  });

  it('stops when something protected changed while it erased', async () => {
    await revoked();
    watchProtected(rig.world, async (label) => {
      if (label === 'After the erasure') throw new Error(`${label}, the shop is not as it was`);
    });
    await expect(step().run(rig.context)).rejects.toThrow('the shop is not as it was');
    expect((await readRecord(rig.world))?.state).toBe('REVOKED');
  });
});
