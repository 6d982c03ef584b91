/**
 * The day after: whatever happens to an independent Sovereign by itself gives no alarm, and each tether that comes back gives one in the
 * next round, once, until it is gone.
 */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/client/kube.js';
import { type RoundRig, roundRig } from '../fakes/rounds.js';
import { tethers } from './stages/tethers.js';

const controlledBy = (by: { kind: string; name: string }) =>
  Object.assign({ apiVersion: 'apps/v1', uid: 'u', ...by }, { controller: true });
const made = (
  kind: string,
  name: string,
  by: { kind: string; name: string },
  content: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
  kind,
  metadata: { namespace: 'shop', name, ownerReferences: [controlledBy(by)] },
  ...content,
});
const pods = (image: string) => ({ spec: { containers: [{ name: 'a', image }] } });
const own = 'harbor.omantel.omani.works/shop:1';

/** What goes on in a Sovereign that is left alone, by turns. */
const everyday: ((rig: RoundRig, turn: number) => void)[] = [
  ({ put }, turn) =>
    put({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'traefik', name: 'wildcard-tls' } },
      data: { 'tls.crt': Buffer.from(`renewed ${turn}`).toString('base64') },
    }),
  ({ put, remove }, turn) => {
    remove(made('Pod', `shop-7d9f-${turn - 3}`, { kind: 'ReplicaSet', name: 'shop-7d9f' }));
    put(made('Pod', `shop-7d9f-${turn}`, { kind: 'ReplicaSet', name: 'shop-7d9f' }, pods(own)));
  },
  ({ put }, turn) =>
    put({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'apps', name: 'password' } },
      data: { password: Buffer.from(`rotated-${turn}`).toString('base64') },
    }),
];

describe('thirty rounds of an independent Sovereign', () => {
  it('give no alarm, whatever is renewed, restarted or rotated between them', async () => {
    const rig = await roundRig();
    const verdicts: string[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      everyday[turn % everyday.length]!(rig, turn);
      verdicts.push((await rig.round()).round.verdict);
    }
    expect(verdicts).toEqual(Array.from({ length: 30 }, () => 'CLEAN'));
    expect(rig.posted).toEqual([]);
    expect(rig.sentences).toEqual([]);
  });
});

describe.each(tethers)('a tether that returns: $rigged', ({ objects, names, grade = 'L1' }) => {
  it('alerts in the next round, once, and is cleared when it is gone', async () => {
    const rig = await roundRig({ spec: { independence: { grade: 'L2' } } });
    expect((await rig.round()).round.verdict).toBe('CLEAN');
    rig.put(...objects);
    const found = await rig.round();
    expect(found.round.verdict).toBe('ALERT');
    expect((await rig.round()).round).toMatchObject({ verdict: 'ALERT', returned: [] });
    expect(rig.posted).toHaveLength(1);
    const [alert] = rig.posted;
    expect(alert).toMatchObject({
      severity: 'error',
      reason: 'TetherReturned',
      sovereign: 'omantel.omani.works',
      cleared: [],
    });
    expect(alert!.returned).toContainEqual(expect.objectContaining({ grade, key: expect.stringContaining(names) }));
    expect(alert!.text).toMatch(
      /\(breaks L[12]\); .+; remedy: .+\nnext: catalyst verify umbilical --sovereign omantel\.omani\.works$/,
    );
    rig.remove(...objects);
    expect((await rig.round()).round).toMatchObject({ verdict: 'CLEAN', alarms: [], owed: [] });
    expect((await rig.round()).round.verdict).toBe('CLEAN');
    expect(rig.posted).toHaveLength(2);
    expect(rig.posted[1]).toMatchObject({ severity: 'info', reason: 'AlarmCleared', returned: [] });
  });
});

describe('one tether', () => {
  it('is one, whichever Pods of it come and go', async () => {
    const rig = await roundRig();
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
      metadata: { namespace: 'shop', name: 'shop' },
    };
    const tethered = pods('harbor.openova.io/shop:1');
    rig.put({ ...deployment, spec: { template: tethered } });
    rig.put(made('ReplicaSet', 'shop-7d9f', { kind: 'Deployment', name: 'shop' }, { spec: { template: tethered } }));
    for (const pod of ['a', 'b', 'c', 'd']) {
      const object = made('Pod', `shop-7d9f-${pod}`, { kind: 'ReplicaSet', name: 'shop-7d9f' }, tethered);
      rig.put(object);
      const { round } = await rig.round();
      expect(round.alarms).toMatchObject([
        { key: 'Deployment shop/shop harbor.openova.io', where: 'Deployment shop/shop' },
      ]);
      rig.remove(object);
    }
    expect(rig.posted).toHaveLength(1);
  });

  it('is the same one while its last Pod goes', async () => {
    const rig = await roundRig();
    const deployment = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
      metadata: { namespace: 'shop', name: 'shop' },
      spec: { template: pods('harbor.openova.io/shop:1') },
    };
    const pod = made('Pod', 'shop-7d9f-a', { kind: 'ReplicaSet', name: 'shop-7d9f' }, pods('harbor.openova.io/shop:1'));
    pod.metadata.labels = { 'pod-template-hash': '7d9f' };
    rig.put(deployment, pod);
    await rig.round();
    rig.remove(deployment);
    expect((await rig.round()).round.alarms).toMatchObject([
      { key: 'Deployment shop/shop harbor.openova.io', where: 'Pod shop/shop-7d9f-a' },
    ]);
    expect(rig.posted).toHaveLength(1);
  });
});
