import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { hook, keyOf, roundRig } from '../../../fakes/rounds.js';

const tether: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'apps', name: 'rig' } },
  data: { url: 'https://console.openova.io' },
};
const another: KubeObject = { ...tether, metadata: { namespace: 'apps', name: 'other' } };

describe('a round', () => {
  it('is signed, chained to the one before, and follows again from its bundle', async () => {
    const rig = await roundRig();
    const first = await rig.round();
    rig.put(tether);
    const second = await rig.round();
    const checked = await verifyBundle(second.bundle, await keyOf(rig));
    expect(checked).toMatchObject({ verdict: 'ALERT', predicate: { kind: 'round', complete: true } });
    expect(first.bundle).toContain(checked.predicate.previous!.bundle);
    expect(checked.checks.at(-1)).toMatch(/is in the same folder and has that digest/);
    expect((await verifyBundle(first.bundle, await keyOf(rig))).verdict).toBe('CLEAN');
  });

  it('is incomplete where something could not be looked at, and says what', async () => {
    const rig = await roundRig({ serving: { forbidden: ['secrets'] } });
    const { round } = await rig.round();
    expect(round.verdict).toBe('INCOMPLETE');
    expect(round.unlooked).toEqual([expect.stringMatching(/^secrets \(v1\) on the Sovereign: .*cannot list/)]);
  });

  it('that cannot look everywhere alerts once, whatever else it cannot look at, and once more when one can', async () => {
    const serving: { forbidden: string[] } = { forbidden: [] };
    const rig = await roundRig({ serving });
    await rig.round();
    for (const forbidden of [['secrets'], ['secrets', 'configmaps'], ['configmaps']]) {
      serving.forbidden = forbidden;
      expect((await rig.round()).round.verdict).toBe('INCOMPLETE');
    }
    expect(rig.posted).toMatchObject([
      {
        ...{ severity: 'error', reason: 'LookIncomplete', next: [expect.stringContaining('verify umbilical')] },
        text: expect.stringMatching(/an incomplete look found\nverify round: could not look at secrets \(v1\)/),
      },
    ]);
    serving.forbidden = [];
    const { bundle, round } = await rig.round();
    expect(round).toMatchObject({ verdict: 'CLEAN', alarms: [], owed: [] });
    expect(rig.posted.slice(1)).toMatchObject([{ severity: 'info', reason: 'AlarmCleared' }]);
    expect((await verifyBundle(bundle, await keyOf(rig))).verdict).toBe('CLEAN');
    await rig.round();
    expect(rig.posted).toHaveLength(2);
  });

  it('clears nothing that it could not look for', async () => {
    const serving: { forbidden?: string[] } = {};
    const rig = await roundRig({ serving, objects: [tether] });
    await rig.round();
    rig.remove(tether);
    serving.forbidden = ['secrets'];
    expect((await rig.round()).round).toMatchObject({
      ...{ verdict: 'INCOMPLETE', cleared: [] },
      alarms: [{ where: 'ConfigMap apps/rig', unseen: true }, { key: 'sight' }],
    });
    serving.forbidden = [];
    expect((await rig.round()).round).toMatchObject({
      verdict: 'CLEAN',
      alarms: [],
      cleared: [{ where: 'ConfigMap apps/rig' }, { key: 'sight' }],
    });
    expect(rig.posted.map(({ reason }) => reason)).toEqual(['TetherReturned', 'LookIncomplete', 'AlarmCleared']);
  });

  it('alerts when a probe fails for as long as it is waited for', async () => {
    const rig = await roundRig();
    rig.down.add('gitea.omantel.omani.works');
    const { round } = await rig.round();
    expect(round).toMatchObject({
      verdict: 'ALERT',
      alarms: [{ key: 'probe gitea', kind: 'probe', what: 'answered 503' }],
    });
    expect(rig.posted[0]).toMatchObject({
      reason: 'ProbeFailed',
      text: expect.stringContaining('gitea: answered 503'),
    });
    rig.down.clear();
    expect((await rig.round()).round).toMatchObject({ verdict: 'CLEAN', cleared: [{ key: 'probe gitea' }] });
  });

  it('waits for a probe that is red for a while', async () => {
    const rig = await roundRig();
    rig.down.add('gitea.omantel.omani.works');
    void rig.world.clock.sleep(20_000).then(() => rig.down.clear());
    expect((await rig.round()).round.verdict).toBe('CLEAN');
  });

  it('of a Sovereign whose API is away finds that, and is no clean one', async () => {
    const rig = await roundRig();
    await rig.round();
    rig.down.add('readyz');
    rig.kube.raw = async (path) =>
      path === '/readyz' ? { status: 503, body: '' } : Promise.reject(fail('E3101', 'The API server does not answer.'));
    const { round } = await rig.round();
    expect(round.verdict).toBe('ALERT');
    expect(round.alarms).toMatchObject([{ key: 'probe Kubernetes API' }, { key: 'sight' }]);
    expect(round.unlooked.join()).toMatch(/does not answer/);
  });
});

describe('without the mother', () => {
  it('is clean by the authorities that an earlier round has recorded, and says since when', async () => {
    const rig = await roundRig();
    const { round: first } = await rig.round();
    rig.world.mother = () => Promise.reject(new Error('no kubeconfig'));
    for (let turn = 0; turn < 2; turn += 1) {
      const { round, scan } = await rig.round();
      expect(round.verdict).toBe('CLEAN');
      const place = scan.looked.find(({ place: name }) => name.startsWith('certificate authorities'));
      expect(place?.how).toContain(`the round of ${first.finishedAt} recorded`);
    }
  });

  it('finds her authority in what the Sovereign trusts all the same', async () => {
    const { motherCa } = await import('../../../rigged/stages/tethers.js');
    const rig = await roundRig();
    await rig.round();
    rig.world.mother = () => Promise.reject(new Error('no kubeconfig'));
    rig.put({ ...tether, data: { 'ca.crt': motherCa.certificate } });
    expect((await rig.round()).round.alarms).toMatchObject([{ key: expect.stringContaining('authority') }]);
  });

  it('is incomplete where nothing has recorded them', async () => {
    const rig = await roundRig({ motherAway: true });
    const { round } = await rig.round();
    expect(round).toMatchObject({
      verdict: 'INCOMPLETE',
      unlooked: [expect.stringContaining('certificate authorities')],
    });
  });
});

describe('an alert', () => {
  it('that is not taken is sent again, and no other', async () => {
    const rig = await roundRig({ objects: [tether] });
    rig.webhook.answer = 500;
    expect((await rig.round()).round.deliveries).toMatchObject([
      { channel: 'webhook', sent: false, error: expect.stringContaining('answered 500') },
    ]);
    rig.put(another);
    rig.webhook.answer = new Error(`POST ${hook}: connect ECONNREFUSED`);
    const { round } = await rig.round();
    expect(round.alarms.map(({ told }) => told)).toEqual([[], []]);
    expect(JSON.stringify(round)).not.toMatch(/S3CR3T|T0P/);
    rig.webhook.answer = 200;
    await rig.round();
    expect(rig.posted.map(({ returned }) => returned.map(({ where }) => where))).toEqual([
      ['ConfigMap apps/other', 'ConfigMap apps/rig'],
    ]);
  });

  it('of what is gone is owed until it is taken', async () => {
    const rig = await roundRig({ objects: [tether] });
    await rig.round();
    rig.remove(tether);
    rig.webhook.answer = 503;
    expect((await rig.round()).round).toMatchObject({ verdict: 'CLEAN', owed: [{ where: 'ConfigMap apps/rig' }] });
    rig.webhook.answer = 200;
    expect((await rig.round()).round).toMatchObject({ verdict: 'CLEAN', owed: [], deliveries: [{ sent: true }] });
    await rig.round();
    expect(rig.posted.map(({ reason }) => reason)).toEqual(['TetherReturned', 'AlarmCleared']);
  });

  it('of what was never sent is not cleared either', async () => {
    const rig = await roundRig({ objects: [tether], alerts: {} });
    await rig.round();
    rig.remove(tether);
    expect((await rig.round()).round).toMatchObject({
      cleared: [{ where: 'ConfigMap apps/rig' }],
      owed: [],
      deliveries: [],
    });
  });
});

describe('an alert through Flux', () => {
  const alert = (spec: Record<string, unknown> = {}): KubeObject => ({
    ...{ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind: 'Alert' },
    metadata: { namespace: 'flux-system', name: 'rounds' },
    spec: { providerRef: { name: 'chat' }, eventSources: [{ kind: 'GitRepository', name: '*' }], ...spec },
  });

  it('is an event of what Flux reads', async () => {
    const rig = await roundRig({ objects: [tether, alert()], alerts: { flux: true } });
    await rig.round();
    await rig.round();
    rig.remove(tether);
    await rig.round();
    expect(rig.events).toMatchObject([
      {
        involvedObject: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'flux-system' },
        ...{ severity: 'error', reason: 'TetherReturned', reportingController: 'catalyst' },
      },
      { severity: 'info', reason: 'AlarmCleared' },
    ]);
  });

  it.each([
    ['there is none', undefined],
    ['it is suspended', alert({ suspend: true })],
    ['it is about something else', alert({ eventSources: [{ kind: 'Kustomization', name: '*' }] })],
    [
      'it is about another namespace',
      alert({ eventSources: [{ kind: 'GitRepository', name: '*', namespace: 'apps' }] }),
    ],
  ])('is not sent where no Alert forwards it: %s', async (_, object) => {
    const rig = await roundRig({ objects: [tether, ...(object ? [object] : [])], alerts: { flux: true } });
    expect((await rig.round()).round.deliveries).toMatchObject([
      { channel: 'flux', sent: false, error: expect.stringContaining('no Alert of Flux forwards') },
    ]);
    expect(rig.events).toEqual([]);
  });

  it('of what is gone is not sent to whom only errors are to reach', async () => {
    const rig = await roundRig({ objects: [tether, alert({ eventSeverity: 'error' })], alerts: { flux: true } });
    await rig.round();
    rig.remove(tether);
    expect((await rig.round()).round).toMatchObject({ owed: [], deliveries: [] });
    expect(rig.events).toHaveLength(1);
  });
});

describe('evidence of before', () => {
  it('that is not signed by this key keeps no alert from being sent', async () => {
    const rig = await roundRig({ objects: [tether] });
    const { bundle } = await rig.round();
    const bytes = readFileSync(bundle);
    bytes[bytes.indexOf('"told"') + 1]! ^= 1;
    writeFileSync(bundle, bytes);
    const { refused, round } = await rig.round();
    expect(refused).toEqual([expect.stringMatching(/round\.json was changed/)]);
    expect(round.returned).toHaveLength(1);
    expect(rig.posted).toHaveLength(2);
  });
});
