/** A handover is killed at every change that it makes; then abort, status and finalize each find what is so. */
import { describe, expect, it } from 'vitest';
import { handoverStatus, handoverText, statusIfAny } from '../../../src/actions/handover/status.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import { placesOf, readRecord } from '../../../src/handover/record.js';
import { sourceRef } from '../../../src/handover/sovereign/actual-state.js';
import { abortHandover } from '../../../src/handover/steps/abort.js';
import { finalizeHandover } from '../../../src/handover/steps/finalize.js';
import type { StepContext } from '../../../src/world/step.js';
import { ids } from './rig.js';
import { type WholeRig, wholeRig } from './whole-rig.js';

const noJournal = () => foldJournal([]);
const finalize = (rig: WholeRig, context = rig.context) =>
  finalizeHandover(rig.world, { keepRetained: true }).run(context);
const abort = (rig: WholeRig) => abortHandover(rig.world, { journal: noJournal }).run(rig.context);
const readsGitea = async ({ own }: WholeRig) => (await own.kube.get(sourceRef)) !== undefined;

/** The process dies before or after its nth change. */
function killedAt(rig: WholeRig, nth: number, when: 'before' | 'after'): StepContext {
  let count = 0;
  const act: StepContext['act'] = async (mutation, change, options) => {
    const dies = ++count === nth;
    if (dies && when === 'before') throw new Error('killed');
    const answer = await rig.context.act(mutation, change, options);
    if (dies || count > nth) throw new Error('killed');
    return answer;
  };
  return { ...rig.context, act, undo: { ...rig.context.undo, act } };
}

async function killed(nth: number, when: 'before' | 'after'): Promise<{ rig: WholeRig; before: unknown }> {
  const rig = await wholeRig();
  const before = structuredClone(rig.snapshot());
  await expect(finalize(rig, killedAt(rig, nth, when))).rejects.toThrow('killed');
  return { rig, before };
}

const whole = await wholeRig();
await finalize(whole);
const points = whole.acts.flatMap((sentence, index) =>
  (['before', 'after'] as const).map((when) => ({ nth: index + 1, when, sentence })),
);

describe('killed at any change', () => {
  it('meets every stage, and records the intent on both clusters before the pivot', () => {
    const at = (words: string) => whole.acts.findIndex((sentence) => sentence.startsWith(words));
    const last = whole.acts.findLastIndex((sentence) => sentence.startsWith('record the intent to cross'));
    expect(whole.acts.filter((sentence) => sentence.startsWith('record the intent to cross'))).toHaveLength(2);
    expect(whole.acts.filter((sentence) => sentence.startsWith('suspend Flux'))).toHaveLength(2);
    expect(at('suspend Flux')).toBeLessThan(at('push the rendered tree'));
    expect(at('push the rendered tree')).toBeLessThan(last);
    expect(last).toBeLessThan(at("point the Sovereign's Flux at its own Gitea"));
    expect(last).toBeLessThan(at('keep the token of Flux in Secret'));
    expect(points.length).toBeGreaterThan(40);
  });

  it.each(points)(
    'abort $when change $nth walks back wholly or refuses and changes nothing: $sentence',
    async ({ nth, when }) => {
      const { rig, before } = await killed(nth, when);
      const record = await readRecord(rig.world);
      const now = structuredClone(rig.snapshot());
      if (record?.crossing || (await readsGitea(rig))) {
        await expect(abort(rig)).rejects.toMatchObject({ code: 'E5110', exitCode: 7 });
        expect(rig.snapshot()).toEqual(now);
      } else {
        await abort(rig);
        expect(rig.snapshot()).toEqual(before);
      }
    },
  );

  it.each(points)('status $when change $nth agrees with what is so: $sentence', async ({ nth, when }) => {
    const { rig } = await killed(nth, when);
    const record = await readRecord(rig.world);
    const status = await handoverStatus(rig.world);
    const own = await readsGitea(rig);
    // Flux never reads Gitea without the intent on both sides.
    if (own) for (const { system } of placesOf(rig.world)) expect(await recordedOn(rig, system)).toBe(true);
    expect(status.actual?.source.own).toBe(own);
    if (record === undefined) return expect(status.state).toBe('NONE');
    if (record.state === 'REVOKED') return expect(status.unfinished).toBe(false);
    if (record.crossing)
      expect(status.next).toMatch(/point of no return .*; go forward with: catalyst handover finalize/);
    else expect(status.next).toMatch(/finalize, or walk back with: catalyst handover abort/);
    expect(status.unfinished).toBe(true);
    const suspended = [...rig.mother.objects.values()].filter(
      ({ metadata, spec }) => metadata.annotations && spec?.suspend,
    );
    for (const { metadata } of suspended) expect(status.changes.join()).toContain(metadata.name);
  });

  it.each(points)('finalize $when change $nth completes, and crosses once: $sentence', async ({ nth, when }) => {
    const { rig } = await killed(nth, when);
    await finalize(rig);
    const record = await readRecord(rig.world);
    expect(record?.state).toBe('REVOKED');
    expect(record?.history.map(({ state }) => state)).toEqual([
      ...['PREPARED', 'FROZEN', 'COPIED', 'VERIFIED', 'ACTIVATED', 'REVOKED'],
    ]);
    expect(record).toMatchObject({ begun: { by: 'me@here' }, crossing: { by: 'me@here', plan: 'plan-hash' } });
    expect(record?.pointOfNoReturnAt).toBe(record?.crossing?.at);
    expect(await readsGitea(rig)).toBe(true);
    expect([...rig.gitea.organizations]).toHaveLength(1);
    await expect(abort(rig)).rejects.toMatchObject({ code: 'E5110' });
  });
});

describe('PREPARED', () => {
  it('lists everything with its fate, and why what stays does', async () => {
    const items = (await readRecord(whole.world))!.items;
    const fates = Object.fromEntries(items.map(({ id, fate }) => [id, fate]));
    expect(fates).toMatchObject({
      'gitops-tree': 'copied',
      records: 'copied',
      [`record ${ids[0]}`]: 'deleted',
      [`claim kubeconfigs/${ids[0]}.yaml`]: 'revoked',
      'Kustomization flux-system/omantel-infra': 'deleted',
      'zone omantel.omani.works': 'moved',
      delegation: 'kept',
      'hetzner-token': 'kept',
      'charts oci://charts.example/openova': 'kept',
      'own-record': 'deleted',
    });
    for (const { id, fate, reason } of items)
      if (fate === 'kept') expect([id, reason]).toEqual([id, expect.any(String)]);
  });

  const startsWith = async (change: (rig: WholeRig) => void) => {
    const rig = await wholeRig();
    change(rig);
    const before = structuredClone(rig.snapshot());
    const error = await finalize(rig).catch((thrown: unknown) => thrown);
    expect(rig.snapshot()).toEqual(before);
    return error;
  };

  it('refuses while a side is not healthy, and changes nothing', async () => {
    const onMother = await startsWith(({ mother }) => {
      mother.objects.get('Deployment catalyst/catalyst-api')!.status.readyReplicas = 0;
    });
    expect(onMother).toMatchObject({ code: 'E5113', exitCode: 7, message: expect.stringContaining('catalyst-api') });
    const onSovereign = await startsWith(({ own }) => {
      own.objects.get('Node /cp1')!.status = {
        conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletDown' }],
      };
    });
    expect(onSovereign).toMatchObject({ code: 'E5113', message: expect.stringContaining('cp1') });
  });

  it('waits for what is only being reconciled', async () => {
    const rig = await wholeRig();
    const node = rig.own.objects.get('Node /cp1')!;
    const { conditions } = node.status;
    node.status = { conditions: [] };
    const waiting = () => {
      node.status = { conditions };
    };
    await finalize(rig, { ...rig.context, progress: { ...rig.context.progress, waiting } });
    expect((await readRecord(rig.world))?.state).toBe('REVOKED');
  });

  it('refuses an inventory of which a place could not be read', async () => {
    const unread = await startsWith(({ mother }) => {
      const { raw } = mother.kube;
      mother.kube.raw = async (path) => (path.startsWith('/api/v1/secrets') ? { status: 403, body: '{}' } : raw(path));
    });
    expect(unread).toMatchObject({ code: 'E5112', message: expect.stringMatching(/this login cannot list .*secrets/) });
  });
});

describe('what the record does not contain', () => {
  /** A handover that is killed between the pivot and ACTIVATED. */
  async function pivoted(): Promise<WholeRig> {
    const nth = whole.acts.findIndex((sentence) => sentence.startsWith("point the Sovereign's Flux")) + 1;
    return (await killed(nth, 'after')).rig;
  }
  const forget = async (rig: WholeRig, system: 'mother' | 'sovereign') => {
    const { ref } = placesOf(rig.world).find((place) => place.system === system)!;
    await (system === 'mother' ? rig.mother : rig.own).kube.delete(ref);
  };

  it.each(['mother', 'sovereign'] as const)(
    'counts the further record when the one on the %s is gone',
    async (system) => {
      const rig = await pivoted();
      await forget(rig, system);
      rig.own.objects.delete('GitRepository flux-system/flux-system');
      await expect(abort(rig)).rejects.toMatchObject({ code: 'E5110' });
    },
  );

  it.each(['mother', 'sovereign'] as const)(
    'counts the further record when the one on the %s is older',
    async (system) => {
      const rig = await wholeRig();
      const { ref } = placesOf(rig.world).find((place) => place.system === system)!;
      const { kube } = system === 'mother' ? rig.mother : rig.own;
      const stop = new AbortController();
      const act: StepContext['act'] = async (mutation, change, options) => {
        const answer = await rig.context.act(mutation, change, options);
        if (mutation.sentence.startsWith('note state VERIFIED') && mutation.target.system === 'mother') {
          const older = structuredClone((await kube.get(ref))!);
          stop.signal.addEventListener('abort', () => void kube.apply([older]));
        }
        if (mutation.sentence.startsWith('point the')) stop.abort();
        if (stop.signal.aborted) throw new Error('killed');
        return answer;
      };
      await expect(finalize(rig, { ...rig.context, act })).rejects.toThrow('killed');
      rig.own.objects.delete('GitRepository flux-system/flux-system');
      await expect(abort(rig)).rejects.toMatchObject({ code: 'E5110' });
      await finalize(rig);
      expect((await readRecord(rig.world))?.state).toBe('REVOKED');
    },
  );

  it('refuses to walk back without any record, when Flux reads Gitea already', async () => {
    const rig = await pivoted();
    await forget(rig, 'mother');
    await forget(rig, 'sovereign');
    const now = structuredClone(rig.snapshot());
    await expect(abort(rig)).rejects.toMatchObject({
      code: 'E5110',
      message: expect.stringContaining('already reads'),
    });
    expect(rig.snapshot()).toEqual(now);
    expect((await handoverStatus(rig.world)).next).toMatch(/no record accounts for it/);
  });

  it('goes forward from there without pushing over what people committed', async () => {
    const rig = await pivoted();
    await forget(rig, 'mother');
    await forget(rig, 'sovereign');
    const sha = rig.gitea.commit('ada', 'apps/shop.yaml', 'kind: List');
    rig.own.onWrite?.('push', rig.own.objects.get('GitRepository flux-system/flux-system')!);
    await finalize(rig);
    expect(await readRecord(rig.world)).toMatchObject({ state: 'REVOKED', revision: `main@sha1:${sha}` });
  });

  it('refuses to walk back by the journal of this machine, for this very cluster alone', async () => {
    const rig = await pivoted();
    await forget(rig, 'mother');
    await forget(rig, 'sovereign');
    rig.own.objects.delete('GitRepository flux-system/flux-system');
    const sentence = whole.acts.find((one) => one.startsWith('record the intent to cross'))!;
    const target = { system: 'sovereign', kind: 'ConfigMap', name: 'x' } as const;
    const common = { v: 1, prev: '', run: 'r', at: 'then', by: 'me', op: 'o', target, inputs: { sentence } } as const;
    const journal = () =>
      foldJournal([
        { ...common, seq: 1, kind: 'begin' },
        { ...common, seq: 2, kind: 'ok' },
      ]);
    await expect(abortHandover(rig.world, { journal }).run(rig.context)).rejects.toMatchObject({ code: 'E5110' });
    const kubeSystem = rig.own.objects.get('Namespace /kube-system')!;
    kubeSystem.metadata.uid = 'built-again';
    await abortHandover(rig.world, { journal }).run(rig.context);
  });

  it('refuses a record that was changed by hand, in every command', async () => {
    const rig = await pivoted();
    const { ref } = placesOf(rig.world)[0]!;
    const object = (await rig.own.kube.get(ref))!;
    const envelope = JSON.parse(object.data['record.json']);
    const record = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    delete record.crossing;
    envelope.payload = Buffer.from(JSON.stringify(record)).toString('base64');
    await rig.own.kube.apply([{ ...object, data: { 'record.json': JSON.stringify(envelope) } }]);
    for (const command of [abort, finalize, (one: WholeRig) => handoverStatus(one.world)])
      await expect(command(rig)).rejects.toMatchObject({ code: 'E5105' });
  });
});

describe('status, when a side does not answer', () => {
  it.each(['mother', 'kube'] as const)('reports what the other one has, and that %s was not read', async (side) => {
    const rig = await wholeRig();
    const nth = whole.acts.findIndex((sentence) => sentence.startsWith('push the rendered tree')) + 1;
    await expect(finalize(rig, killedAt(rig, nth, 'before'))).rejects.toThrow('killed');
    Object.assign(rig.world, { [side]: () => Promise.reject(new Error('no route to host')) });
    const status = await statusIfAny(rig.world);
    expect(status).toMatchObject({ state: 'FROZEN', unfinished: true });
    expect(status.unread?.join()).toMatch(/could not read the (mother|Sovereign): no route to host/);
    expect(handoverText(status)).toContain('no route to host');
    await expect(handoverStatus(rig.world)).rejects.toThrow('no route to host');
    await expect(abort(rig)).rejects.toThrow('no route to host');
  });
});

describe('the confirmation', () => {
  it('is asked once, when VERIFIED, with every item and what cannot be undone', async () => {
    const rig = await wholeRig();
    let state: string | undefined;
    await finalize(rig, {
      ...rig.context,
      confirm: async (request) => {
        rig.confirmed.push(request);
        state = (await readRecord(rig.world))?.state;
      },
    });
    expect(state).toBe('VERIFIED');
    expect(rig.confirmed).toHaveLength(1);
    const text = rig.confirmed[0]!.details.join('\n');
    const { items } = (await readRecord(rig.world))!;
    for (const { what } of items) expect(text).toContain(what);
    expect(text).toMatch(/cannot be undone/);
  });

  it('stops the handover before the pivot when it is refused, or nobody can give it', async () => {
    const rig = await wholeRig();
    const { confirm: _, ...nobody } = rig.context;
    await expect(finalize(rig, nobody)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    const confirm = () => Promise.reject(new Error('no'));
    await expect(finalize(rig, { ...rig.context, confirm })).rejects.toThrow('no');
    expect(await readRecord(rig.world)).toMatchObject({ state: 'VERIFIED' });
    expect((await readRecord(rig.world))?.crossing).toBeUndefined();
    expect(await readsGitea(rig)).toBe(false);
  });

  it('is not given for what was committed while it was waited for', async () => {
    const rig = await wholeRig();
    const confirm = async () => void rig.gitea.commit('ada', 'apps/shop.yaml', 'kind: List');
    await expect(finalize(rig, { ...rig.context, confirm })).rejects.toMatchObject({ code: 'E5111' });
    expect((await readRecord(rig.world))?.crossing).toBeUndefined();
  });
});

describe('commits that people made in Gitea', () => {
  /** Stopped at the confirmation, and then somebody commits. */
  async function committed(rig: WholeRig): Promise<unknown> {
    const before = structuredClone(rig.snapshot());
    const confirm = () => Promise.reject(new Error('not yet'));
    await expect(finalize(rig, { ...rig.context, confirm })).rejects.toThrow('not yet');
    rig.gitea.commit('ada', 'apps/shop.yaml', 'kind: List');
    return before;
  }
  const keep = (rig: WholeRig, keepCommits: string) =>
    abortHandover(rig.world, { journal: noJournal, keepCommits }).run(rig.context);

  it('stop abort, which lists them and changes nothing', async () => {
    const rig = await wholeRig();
    await committed(rig);
    const now = structuredClone(rig.snapshot());
    const error = await abort(rig).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'E5111',
      exitCode: 7,
      message: expect.stringMatching(/ada.*add apps\/shop.yaml/),
    });
    expect((error as { actions: string[] }).actions[0]).toMatch(/^catalyst handover abort --keep-commits \//);
    expect(rig.snapshot()).toEqual(now);
  });

  it('are copied first with --keep-commits, and then all is as before', async () => {
    const rig = await wholeRig();
    const before = await committed(rig);
    const copies: string[] = [];
    rig.gitea.git.copyTo = async (_remote, folder) => void copies.push(folder);
    await keep(rig, '/kept');
    expect(copies).toEqual(['/kept']);
    expect(rig.snapshot()).toEqual(before);
  });

  it('are not lost when more come while they are copied', async () => {
    const rig = await wholeRig();
    await committed(rig);
    rig.gitea.git.copyTo = async () => void rig.gitea.commit('bob', 'apps/late.yaml', 'kind: List');
    const now = structuredClone(rig.snapshot()) as { clusters: unknown };
    await expect(keep(rig, '/kept')).rejects.toMatchObject({ code: 'E5111' });
    expect((rig.snapshot() as { clusters: unknown }).clusters).toEqual(now.clusters);
  });

  it('are named before VERIFIED, with advice that leads on', async () => {
    const rig = await wholeRig();
    const note = whole.acts.findIndex((sentence) => sentence.startsWith('note state COPIED')) + 2;
    await expect(finalize(rig, killedAt(rig, note, 'after'))).rejects.toThrow('killed');
    const { commits } = [...rig.gitea.repositories.values()][0]!;
    const tree = structuredClone(commits);
    rig.gitea.commit('ada', 'apps/shop.yaml', 'kind: List');
    const error = await finalize(rig).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E5111' });
    await keep(rig, '/kept');
    await finalize(rig);
    expect((await readRecord(rig.world))?.state).toBe('REVOKED');
    expect(tree).toHaveLength(1);
  });

  it('in a repository that was there before are never overwritten, and abort leaves it as it was', async () => {
    const rig = await wholeRig();
    rig.gitea.organizations.add('sovereign');
    const readme = { sha: 'a'.repeat(40), at: 'then', author: 'catalyst <catalyst@openova.io>', subject: 'earlier' };
    const earlier = { ...readme, own: true, files: new Map([['README.md', 'an earlier push']]) };
    rig.gitea.repositories.set('sovereign/fleet', { commits: [earlier] });
    const before = structuredClone(rig.snapshot());
    const confirm = () => Promise.reject(new Error('not yet'));
    await expect(finalize(rig, { ...rig.context, confirm })).rejects.toThrow('not yet');
    expect([...rig.gitea.repositories.values()][0]!.commits).toHaveLength(2);
    await abort(rig);
    expect(rig.snapshot()).toEqual(before);
    rig.gitea.commit('ada', 'README.md', 'ours');
    await expect(finalize(rig)).rejects.toMatchObject({ code: 'E5111' });
    expect([...rig.gitea.repositories.values()][0]!.commits).toHaveLength(2);
  });
});

/** Whether one cluster's own copy of the record has the intent. */
async function recordedOn(rig: WholeRig, system: 'mother' | 'sovereign'): Promise<boolean> {
  const { ref } = placesOf(rig.world).find((place) => place.system === system)!;
  const object = await (system === 'mother' ? rig.mother : rig.own).kube.get(ref);
  const { payload } = JSON.parse(object!.data['record.json']) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString()).crossing !== undefined;
}
