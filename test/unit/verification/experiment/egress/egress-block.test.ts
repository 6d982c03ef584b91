/** D22 from window to window: the highest grade that is proven, and what of it is told. */
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../../../../src/verification/experiment/egress/judge-window.js';
import { addOpenovaRelease, onEgress, policyKey, runEgress } from '../../../../rigged/stages/egress.js';

const world = () => onEgress.honest();

/** Nodes that say which images they have: each of two has what the other one lacks. */
async function withImages() {
  const made = await world();
  const digest = (letter: string) => `registry.omantel.omani.works/${letter}@sha256:${letter.repeat(64)}`;
  const { objects } = made.own;
  const node = objects.get('Node /cp1')!;
  objects.set('Node /cp1', { ...node, status: { ...node.status, images: [{ names: [digest('a')] }] } });
  const second = { ...node, metadata: { name: 'w1' }, status: { addresses: [], images: [{ names: [digest('b')] }] } };
  objects.set('Node /w1', second);
  for (const letter of ['a', 'b'])
    objects.set(`Pod catalyst-system/${letter}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: letter, namespace: 'catalyst-system' },
      status: { containerStatuses: [{ imageID: digest(letter) }] },
    });
  made.written = (verb, object) => {
    if (verb !== 'apply' || object.kind !== 'Pod') return;
    objects.set(`Pod ${object.metadata.namespace}/${object.metadata.name}`, {
      ...object,
      status: { containerStatuses: [{ state: { terminated: { exitCode: 0 } } }] },
    });
  };
  return made;
}

describe('the egress window', () => {
  it('denies everything but its list, proves L1, and leaves nothing behind', async () => {
    const made = await world();
    const run = await runEgress(made);
    expect(run).toMatchObject({ status: 'pass', grade: 'L1', verdict: 'PASS' });
    expect(run.reason).toMatch(/^L1: for 10s Pods were denied all egress but the list, names too; no Pod reached/);
    const [window] = run.evidence.windows;
    expect(window!.fail).toEqual(expect.arrayContaining(['console.openova.io', 'ip.hetzner.com']));
    expect(window!.fail).not.toContain('ghcr.io');
    expect(window!.during!.hosts['console.openova.io']).toEqual({ addresses: [], reached: false, direct: false });
    expect(window!.during!.resolvers).toEqual({ '1.1.1.1': false, '8.8.8.8': false });
    expect(window!.end!.hosts['console.omantel.omani.works']).toMatchObject({ reached: true });
    expect(window!.charts).toEqual([{ what: 'HelmRelease flux-system/bp-harbor', ok: true, told: 'sha256:1' }]);
    expect(window!.allowed.find(({ host }) => host === 'quay.io')).toMatchObject({
      as: 'source',
      addresses: ['192.0.2.40'],
    });
    expect([...made.own.objects.keys()].filter((key) => /egress-block|HelmChart/.test(key))).toEqual([]);
    expect(made.own.objects.get('ConfigMap kube-system/coredns-custom')?.data).toEqual({});
    expect(made.own.objects.has(policyKey)).toBe(false);
  });

  it('runs at the highest grade that the scan leaves possible', async () => {
    const made = await world();
    made.possible = 'L2';
    made.asked = 'L2';
    const run = await runEgress(made);
    expect(run).toMatchObject({ status: 'pass', grade: 'L2' });
    expect(run.evidence.windows.map(({ grade }) => grade)).toEqual(['L2']);
    expect(run.evidence.windows[0]!.denied).toEqual(expect.arrayContaining(['openova.io', 'api.dynadot.com']));
  });

  it('that fails at L2 is followed by one of L1, which decides: PASS with L1', async () => {
    const made = await world();
    made.possible = 'L2';
    addOpenovaRelease(made);
    const run = await runEgress(made);
    expect(run).toMatchObject({ status: 'pass', grade: 'L1', verdict: 'PASS' });
    expect(run.evidence.windows.map(({ grade }) => grade)).toEqual(['L2', 'L1']);
    expect(run.reason).toMatch(/; L2 was tried and not proven: HelmRelease flux-system\/bp-openova: .*no such host/);
    // what failed ends its window early
    expect(run.evidence.windows[0]!.reconciled).toHaveLength(1);
  });

  it('that does not work at a higher grade says nothing where the spec asks for that grade', async () => {
    const made = await world();
    made.possible = 'L2';
    made.asked = 'L2';
    made.answers.add('dynadot.com');
    const run = await runEgress(made);
    expect(run).toMatchObject({ status: 'fail', invalid: true, verdict: 'INVALID', grade: 'L1' });
    expect(run.reason).toMatch(/^invalid: the spec asks for L2, and L1 was proven/);
  });

  it('of L3 lets no source out, and needs every image pulled by a node that does not have it', async () => {
    const without = await world();
    without.possible = 'L3';
    without.own.objects.get('HelmRepository flux-system/public')!.spec.url = 'oci://console.omantel.omani.works/charts';
    const lowered = await runEgress(without);
    expect(lowered).toMatchObject({ status: 'pass', grade: 'L2' });
    expect(lowered.reason).toMatch(/L3 was tried and not proven: no image was pulled on a node that does not have it/);
    const made = await withImages();
    made.possible = 'L3';
    made.own.objects.get('HelmRepository flux-system/public')!.spec.url = 'oci://console.omantel.omani.works/charts';
    const run = await runEgress(made);
    expect(run.reason).toMatch(/^L3: .*2 images pulled on nodes$/);
    expect(run).toMatchObject({ status: 'pass', grade: 'L3' });
    expect(run.evidence.windows[0]!.allowed.filter(({ as }) => as === 'source')).toEqual([]);
  });

  it('is not begun where the mother and the list share an address', async () => {
    const made = await world();
    made.internet.set('quay.io', '192.0.2.10');
    const run = await runEgress(made);
    expect(run).toMatchObject({ status: 'not-checked', verdict: 'PARTIAL' });
    expect(run.reason).toMatch(/lets out 192\.0\.2\.10, which the mother has too/);
    expect(made.own.writes.filter((write) => /CiliumClusterwide/.test(write))).toEqual([]);
  });

  it('tells of each class whether it was tried, seen by the scan, or not looked at', async () => {
    const made = await world();
    const run = await runEgress(made);
    const how = Object.fromEntries(classesOf(run.evidence.windows[0]!).map((one) => [one.what, one.how]));
    expect(how).toMatchObject({
      'connections of Pods': 'tried in the window',
      'DNS of Pods': 'tried in the window',
      charts: 'tried in the window',
      images: 'seen by scan only',
      'connections of the nodes themselves': 'seen by scan only',
    });
  });
});
