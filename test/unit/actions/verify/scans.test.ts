/** `verify residue`, `verify protected`, `verify umbilical`: none claims more than what was looked at. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  requireClean,
  scanText,
  verifyProtected,
  verifyResidue,
  verifyUmbilical,
} from '../../../../src/actions/verify/scans.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { redirectConsole } from '../../../../src/handover/steps/redirect.js';
import type { Finding, ScanResult } from '../../../../src/scans/scan.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { ownGit, scannedWorld } from '../../../rigged/stages/umbilical.js';
import { ids } from '../../handover/rig.js';
import type { WholeRig } from '../../handover/whole-rig.js';
import { actingOnWhole } from '../acting-on-whole.js';

let rig: WholeRig;
let acting: ActionRig;

beforeEach(async () => {
  ({ rig, acting } = await actingOnWhole());
  (await acting.context.journal()).append({ kind: 'note' });
  await acting.end();
});

describe('verify residue', () => {
  it('finds what the mother holds, exits with E6004 and names the remedy', async () => {
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    const scan = await verifyResidue(acting.context);
    expect(scan.findings.map(({ id }) => id)).toContain(`memory ${ids[0]}`);
    const refused = expect.objectContaining({
      ...{ code: 'E6004', data: { result: scan } },
      actions: expect.arrayContaining(['catalyst handover decommission']),
    });
    expect(() => requireClean(scan, 'The mother')).toThrow(refused);
  });

  it('is clean after the decommission', async () => {
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    await redirectConsole(rig.world).run(rig.context);
    requireClean(await verifyResidue(acting.context), 'The mother');
  });

  it('in a dry-run says what would be run, and claims to have looked nowhere', async () => {
    Object.assign(acting.context.options, { dryRun: true });
    const before = structuredClone(rig.snapshot());
    expect(await verifyResidue(acting.context)).toEqual({
      ...{ findings: [], looked: [] },
      mutations: [expect.stringMatching(/^hold the mother/), expect.stringMatching(/^run /)],
    });
    expect(rig.snapshot()).toEqual(before);
  });
});

describe('verify protected', () => {
  const shop = () => rig.mother.objects.get('ConfigMap sme/shop')!;

  it('keeps the first fingerprint, says so, and compares with it from then on', async () => {
    expect(await verifyProtected(acting.context)).toMatchObject({ unchanged: true, objects: expect.any(Number) });
    expect(acting.warned[0]).toMatch(/^No earlier fingerprint exists/);
    const warned = acting.warned.length;
    expect(await verifyProtected(acting.context)).toMatchObject({ unchanged: true, since: '2026-11-22T10:00:00.000Z' });
    expect(acting.warned).toHaveLength(warned);
  });

  it('exits with E6004 when something changed, with what it was and how to accept it', async () => {
    await verifyProtected(acting.context);
    shop().data = { a: 'another' };
    await expect(verifyProtected(acting.context)).rejects.toMatchObject({
      code: 'E6004',
      message: expect.stringMatching(/has changed since 2026-11-22.*ConfigMap sme\/shop/),
      actions: ['find out who changed it before you continue', expect.stringMatching(/accept/)],
      data: { result: { unchanged: false } },
    });
  });

  it('exits with E6004 when a page no longer answers, though nothing else changed', async () => {
    const { http } = rig.world;
    Object.assign(rig.world, {
      http: async (request: { url: string }) =>
        request.url.includes('/nova') ? { status: 503, headers: {}, text: '' } : http(request as never),
    });
    await expect(verifyProtected(acting.context)).rejects.toMatchObject({
      code: 'E6004',
      message: expect.stringMatching(/answers 503/),
      actions: ['find out who changed it before you continue'],
    });
  });
});

describe('verify umbilical', () => {
  it('looks at a Sovereign that was not handed over yet, and is clean without a tether', async () => {
    const world = await scannedWorld([ownGit()]);
    Object.assign(world, { identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }) });
    const scan = await verifyUmbilical({ world: async () => world } as never);
    requireClean(scan, 'The Sovereign');
    expect(scan.unlooked?.map(({ why }) => why)).toContain('not in this world: the nodes of a lab have no files');
    expect(scan.nodes).toBeUndefined();
  });

  const realOne = async (dryRun: boolean) => {
    const nodes = { cp1: ['file h /etc/hosts', 'name mail.openova.io', 'absent /etc/ntp.conf'] };
    const world = await scannedWorld([ownGit()], { nodes });
    Object.assign(world, { identity: async () => ({ kind: 'real' }), undoSignal: world.signal });
    return actionRig({ whole: world, options: { dryRun } });
  };

  it('of a real Sovereign looks at its nodes, through the gate', async () => {
    const { context, acts, end } = await realOne(false);
    const scan = await verifyUmbilical(context);
    await end();
    expect(scan.findings).toMatchObject([{ where: 'node cp1: /etc/hosts', what: 'names mail.openova.io' }]);
    expect(scan.unlooked?.map(({ place }) => place)).toEqual(['connections of the network']);
    expect(scanText(scan)).toMatch(/^read {2}node cp1: \/etc\/hosts \(not there: \/etc\/ntp\.conf\)$/m);
    expect(acts).toEqual([
      expect.stringMatching(/^run a short Job on node cp1,/),
      'remove the probe Job catalyst-probes/probe-node-files-cp1',
    ]);
  });

  it('in a dry-run says which Jobs it would run, and claims to have looked nowhere', async () => {
    const { context, acts } = await realOne(true);
    expect(await verifyUmbilical(context)).toEqual({
      ...{ findings: [], looked: [] },
      mutations: [expect.stringMatching(/^run a short Job on node cp1,/), expect.stringMatching(/^remove /)],
    });
    expect(acts).toEqual([]);
  });
});

describe('the text of a scan', () => {
  const finding = (more: Partial<Finding>): Finding => ({
    ...{ id: 'i', where: 'ConfigMap a/b', what: 'names the mother', breaks: 'charts', remedy: 'change it', ...more },
  });
  const lines = (scan: Partial<ScanResult>) => scanText({ findings: [], looked: [], ...scan }).split('\n');

  it('tells what is open, what breaks a higher grade only, and what is kept with why', () => {
    const findings = [finding({}), finding({ grade: 'L1' }), finding({ grade: 'L3' }), finding({ accepted: 'a demo' })];
    const told = lines({ findings, asked: 'L1' });
    expect(told[1]).toMatch(/^grade left possible: no grade; L1 is broken by ConfigMap a\/b: names the mother/);
    expect(told.filter((line) => line.endsWith('names the mother')).slice(-4)).toEqual([
      'OPEN  ConfigMap a/b: names the mother',
      'OPEN  ConfigMap a/b: names the mother',
      'L3  ConfigMap a/b: names the mother',
      'kept  ConfigMap a/b: names the mother',
    ]);
    expect(told).toContain('      breaks: charts; remedy: change it');
    expect(told).toContain('      a demo');
  });

  it('never takes a place that was not looked at for an empty one', () => {
    const place = { place: 'secrets', how: 'list' };
    const looked: ScanResult['looked'] = [
      { ...place, ok: true, answer: 'looked', found: 0, count: 7 },
      { ...place, ok: true, answer: 'looked', found: 1 },
      { ...place, ok: false, answer: 'forbidden', error: '403' },
    ];
    const scan = { looked, findings: [], unlooked: [{ place: 'a backup', why: 'no program reads it' }] };
    expect(lines(scan).slice(2)).toEqual([
      'looked  secrets: 1 found',
      'FORBIDDEN  secrets: 403',
      'looked  in 1 more place: nothing found (--verbose lists them)',
      'not looked  a backup: no program reads it',
    ]);
    expect(scanText(scan, { verbose: true }).split('\n').slice(2)).toEqual([
      'looked  secrets: 0 found in 7',
      'looked  secrets: 1 found',
      'FORBIDDEN  secrets: 403',
      'not looked  a backup: no program reads it',
    ]);
  });

  it("tells catalyst's own marks, and which is over", () => {
    const mark = { where: 'policy a', run: 'r1', expired: false };
    expect(lines({ marks: [mark, { ...mark, until: 'noon', expired: true }] }).slice(2)).toEqual([
      'own  policy a, of run r1',
      'own  policy a, of run r1 until noon, which has passed: the next verify dod lifts the block',
    ]);
  });
});
