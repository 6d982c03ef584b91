/** A name that was handed over, or nearly, wiped and walked again: what the mother notes of the former cluster is no handover of this one. */
import { beforeEach, describe, expect, it } from 'vitest';
import { handoverStatus } from '../../../src/actions/handover/status.js';
import { isRecordedAlike, readRecord } from '../../../src/handover/record.js';
import { abortHandover } from '../../../src/handover/steps/abort.js';
import { finalizeHandover } from '../../../src/handover/steps/finalize.js';
import { redirectConsole } from '../../../src/handover/steps/redirect.js';
import { ids } from './rig.js';
import { type WholeRig, wholeRig } from './whole-rig.js';

const noteOnMother = 'ConfigMap catalyst/catalyst-sovereign-handover-omantel-omani-works';
const pivot = /^point the Sovereign's Flux at its own Gitea/;
let rig: WholeRig;
/** Another cluster under the same name, as it was before the handover. */
let rebuild: () => void;
const finalize = () => finalizeHandover(rig.world, { keepRetained: true });
/** Killed before it has written `sentence`. */
const killedAt = (sentence: RegExp) => ({
  ...rig.context,
  act: (async (mutation, change, options) => {
    if (sentence.test(mutation.sentence)) throw new Error('killed');
    return rig.context.act(mutation, change, options);
  }) as typeof rig.context.act,
});

beforeEach(async () => {
  rig = await wholeRig();
  const built = structuredClone([...rig.own.objects]);
  rebuild = () => {
    rig.own.objects.clear();
    for (const [key, object] of structuredClone(built)) rig.own.objects.set(key, object);
    rig.own.objects.get('Namespace /kube-system')!.metadata.uid = 'uid-rebuilt';
    rig.gitea.organizations.clear();
    rig.gitea.repositories.clear();
    rig.gitea.tokens.clear();
    rig.acts.length = 0;
  };
});

describe.each([
  ['REVOKED', /^note state DECOMMISSIONED/],
  ['ACTIVATED', /^note state REVOKED/],
  ['COPIED', /^note state VERIFIED/],
])('wiped at %s', (state, next) => {
  beforeEach(async () => {
    const whole = [finalize(), redirectConsole(rig.world)];
    const walk = async () => {
      for (const step of whole) await step.run(killedAt(next));
    };
    await expect(walk()).rejects.toThrow('killed');
    expect((await readRecord(rig.world))?.state).toBe(state);
    rebuild();
  });

  it('is handed over from the beginning, with the ids of before, to the end', async () => {
    expect(await finalize().isDone(rig.context)).toEqual({ done: false });
    expect((await finalize().plan(rig.world.signal)).some(({ sentence }) => pivot.test(sentence))).toBe(true);
    await finalize().run(rig.context);
    expect(rig.acts.some((sentence) => pivot.test(sentence))).toBe(true);
    const record = await readRecord(rig.world);
    expect(record).toMatchObject({ state: 'REVOKED', cluster: 'uid-rebuilt', ids });
    expect(record?.history.map((one) => one.state)).toEqual(
      expect.arrayContaining(['PREPARED', 'FROZEN', 'COPIED', 'VERIFIED', 'ACTIVATED', 'REVOKED']),
    );
    expect(await isRecordedAlike(rig.world)).toBe(true);
    expect(record?.items.filter(({ what }) => what.includes(noteOnMother))).toHaveLength(1);
    await redirectConsole(rig.world).run(rig.context);
    expect(await redirectConsole(rig.world).isDone(rig.context)).toMatchObject({ done: true });
    expect(rig.mother.objects.has(noteOnMother)).toBe(false);
  });

  it('is no handover that has started, and says whose note the mother has', async () => {
    expect(await readRecord(rig.world)).toBeUndefined();
    const status = await handoverStatus(rig.world);
    expect(status).toMatchObject({ state: 'NONE', unfinished: false, next: expect.stringContaining('former cluster') });
  });

  it('abort takes the note away', async () => {
    const journal = () => ({ operations: new Map() }) as never;
    await abortHandover(rig.world, { journal }).run(rig.context);
    expect(rig.mother.objects.has(noteOnMother)).toBe(false);
  });
});

it('keeps what the former run found of catalyst-api before it stopped it', async () => {
  await finalize().run(rig.context);
  const killed = redirectConsole(rig.world).run(killedAt(/^delete the files|^run a short Job .* delete the files/));
  await expect(killed).rejects.toThrow('killed');
  const { stopped, stoppedAt } = (await readRecord(rig.world))!;
  expect(stopped).toBeDefined();
  rebuild();
  await expect(finalize().run(killedAt(/^note state FROZEN/))).rejects.toThrow('killed');
  expect(await readRecord(rig.world)).toMatchObject({ state: 'PREPARED', stopped, stoppedAt });
});

it('is no other cluster where the record names none, as those of earlier versions do', async () => {
  rig.own.objects.delete('Namespace /kube-system');
  await finalize().run(rig.context);
  expect((await readRecord(rig.world))?.cluster).toBeUndefined();
  rebuild();
  expect((await readRecord(rig.world))?.state).toBe('REVOKED');
});
