/** Every kind of bundle that catalyst writes is valid by its own verifier, as what it is; one that was thinned out is not. */
import { describe, expect, it } from 'vitest';
import { openSigner } from '../../../../src/evidence/signing.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import type { EvidenceRequest } from '../../../../src/verification/dod/write-evidence.js';
import { readRaw } from '../../../../src/verification/rederive/raw-bundle.js';
import { renderReport } from '../../../../src/verification/rederive/report-data.js';
import { rehearsalSteps } from '../../../../src/verification/rehearsal/cycle.js';
import { tickets, unticketed } from '../../../../src/walk/wbs.js';
import {
  experimentOf,
  signedBundle,
  type Written,
  type WrittenChange,
  writtenVerdict,
} from '../../../fakes/clean-verdict.js';
import { rehearsed } from '../../../fakes/rehearsed.js';
import { roundRig } from '../../../fakes/rounds.js';

const only =
  (...ids: string[]) =>
  ({ report }: EvidenceRequest) => {
    const items = report.items.filter(({ id }) => ids.includes(id));
    Object.assign(report, { items, complete: false, ...(ids.includes('D17') ? {} : { experiment: undefined }) });
  };
const answered =
  (id: string, status: 'fail' | 'not-checked', more = {}) =>
  ({ report }: EvidenceRequest) => {
    const item = report.items.find((one) => one.id === id)!;
    Object.assign(item, { status, reason: 'as it was', evidence: undefined, ...more });
  };
/** As `rehearse` takes the state: nothing but D1, and the steps that it has walked. */
const state: WrittenChange = {
  command: { command: 'rehearse', until: 6 },
  change: (request) => {
    only('D1')(request);
    Object.assign(request, {
      steps: request.steps.filter(({ phase }) => phase <= 6),
      ...{ handover: undefined, umbilical: undefined, residue: undefined, before: undefined, after: undefined },
      ...{ proofs: {}, texts: {} },
    });
  },
};
const walkedTo = (until: number) =>
  [...tickets, ...unticketed].filter(({ phase }) => phase <= until).map(({ id }) => id);
const thin = (files: Record<string, string>, id: string) => {
  const steps = JSON.parse(files['steps.json']!) as { id: string }[];
  files['steps.json'] = JSON.stringify(steps.filter((step) => step.id !== id));
};
const check = ({ file, signer }: Written) => verifyBundle(file, signer.publicKey);

describe('verify evidence of a verdict', () => {
  it.each<[string, string, WrittenChange]>([
    ['that passes', 'PASS', {}],
    ['that fails', 'FAIL', { change: answered('D21', 'fail') }],
    ['of which an item could not be checked', 'PARTIAL', { change: answered('D21', 'not-checked') }],
    ['of chosen items', 'PARTIAL', { change: only('D14', 'D15') }],
    ['of an item that others answer', 'PARTIAL', { change: only('D4', 'W7') }],
    ['of the kill alone', 'PARTIAL', { change: only('D17', 'W5') }],
    [
      'of which a chosen item fails',
      'FAIL',
      { change: (all) => [only('D8', 'W12'), answered('D8', 'fail')].map((one) => one(all)) },
    ],
    [
      'whose kill was none',
      'INVALID',
      {
        change: ({ report }) =>
          Object.assign(report, { experiment: experimentOf({ notKilled: 'it was at 0 replicas' }) }),
      },
    ],
    [
      'whose canary stayed green',
      'INVALID',
      {
        change: ({ report }) => {
          const { samples } = report.experiment!;
          report.experiment = experimentOf({ samples: samples.map((one) => ({ ...one, ok: true, status: 200 })) });
        },
      },
    ],
    ['of another experiment that was invalid', 'INVALID', { change: answered('D22', 'fail', { invalid: true }) }],
    [
      'without a mother',
      'PARTIAL',
      {
        change: (all) => {
          for (const id of ['D15', 'D16', 'D17', 'D18']) answered(id, 'not-checked')(all);
          Object.assign(all, { residue: undefined, after: undefined });
          Object.assign(all.report, { experiment: undefined });
        },
      },
    ],
    ['that a walk without a purge took', 'PASS', { change: withoutPurge }],
  ])('%s: %s', async (_, verdict, how) => {
    const checked = await check(await writtenVerdict(how));
    expect(checked).toMatchObject({ verdict, predicate: { kind: 'dod' } });
    expect(checked).not.toHaveProperty('rehearsal');
  });
});

it('an INVALID one that words its problems as another version did is valid, and of this version it is not', async () => {
  const { signer, ...parts } = await writtenVerdict({
    change: ({ report }) => Object.assign(report, { experiment: experimentOf({ jumps: [{ t: 9000, ms: 4000 }] }) }),
  });
  const report = JSON.parse(parts.files['dod.json']!);
  expect(report.experiment.problems).not.toEqual([]);
  report.experiment.problems = ['as it was once said'];
  parts.files['dod.json'] = JSON.stringify(report);
  parts.files['report.html'] = await renderReport(
    readRaw((path) => parts.files[path]),
    signer.keyId,
  );
  const signed = async () => check({ ...parts, signer, file: await signedBundle(parts, signer) });
  await expect(signed()).rejects.toThrow(/does not follow from its samples/);
  parts.predicate.by = 'catalyst/0.0.9';
  expect(await signed()).toMatchObject({ verdict: 'INVALID' });
});

function withoutPurge(request: EvidenceRequest): void {
  Object.assign(request, { steps: request.steps.filter(({ id }) => id !== '#370') });
  delete (request.proofs as Record<string, unknown>)['#370'];
}

describe('verify evidence of a rehearsal', () => {
  it('to phase 6: it was built, wiped, and left nothing', async () => {
    const { bundle, key } = await rehearsed({ steps: walkedTo(6) });
    const checked = await verifyBundle(bundle, key);
    expect(checked).toMatchObject({ verdict: 'PARTIAL', rehearsal: { until: 6, lacks: [] } });
    expect(checked.checks.join('\n')).toContain(
      'its journal proves that test.omani.works was built to phase 6, wiped again, and left nothing behind',
    );
  });

  it('to an earlier phase: it cannot answer D20', async () => {
    const isState = ({ step }: { step?: string }) => step === rehearsalSteps.state;
    const { bundle, key } = await rehearsed({ until: 3, without: isState, steps: walkedTo(3) });
    expect(await verifyBundle(bundle, key)).toMatchObject({
      verdict: 'PARTIAL',
      rehearsal: { until: 3, lacks: ['D20 requires all phases 0 to 6, and it ended at phase 3'] },
    });
  });

  it('that was wiped before it was whole: valid, with what it lacks', async () => {
    const without = ({ step }: { step?: string }) => step === rehearsalSteps.state || step === '#385';
    const { bundle, key } = await rehearsed({ steps: walkedTo(6), without });
    expect(await verifyBundle(bundle, key)).toMatchObject({
      verdict: 'PARTIAL',
      rehearsal: { until: 6, lacks: ['its journal does not prove the state that the walk ended in (D1)'] },
    });
  });

  it('that took the state before the wipe: the state, and no verdict on a Sovereign that runs', async () => {
    expect(await check(await writtenVerdict(state))).toMatchObject({
      verdict: 'PARTIAL',
      rehearsal: { until: 6, lacks: ['it shows the state before the wipe, and not the wipe'] },
    });
  });

  it('refuses one whose listing is not the one that was proven', async () => {
    const { bundle, key } = await rehearsed({ steps: walkedTo(6), shown: { mother: ['a record'] } });
    await expect(verifyBundle(bundle, key)).rejects.toMatchObject({
      ...{ code: 'E6101', exitCode: 3 },
      message: expect.stringContaining('its listing is not the one that its journal proves'),
    });
  });

  it.each([
    ['a step of its phases', state, '#338', /does not have step #338 in phase 1/],
    [
      'the steps of a handover, by a run that was no rehearsal',
      { ...state, command: { command: 'verify dod' } },
      '',
      /does not have step #317 in phase 7/,
    ],
  ])('refuses the state without %s', async (_, how, id, why) => {
    const { signer, ...parts } = await writtenVerdict(how);
    thin(parts.files, id);
    await expect(check({ ...parts, signer, file: await signedBundle(parts, signer) })).rejects.toThrow(why);
  });

  it('refuses a verdict that claims to be taken by a rehearsal, so that less is asked of it', async () => {
    const file = await writtenVerdict({
      command: { command: 'rehearse', until: 6 },
      change: (request) =>
        Object.assign(request, { steps: request.steps.filter(({ phase }) => phase <= 6), proofs: {} }),
    });
    await expect(check(file)).rejects.toThrow(/it answers \w+, and a rehearsal takes no item but D1/);
  });

  it('refuses a bundle that calls itself a rehearsal, and is none', async () => {
    const { signer, ...parts } = await writtenVerdict();
    parts.predicate.kind = 'rehearsal';
    await expect(check({ ...parts, signer, file: await signedBundle(parts, signer) })).rejects.toMatchObject({
      code: 'E6101',
    });
  });
});

describe('verify evidence of a round', () => {
  it.each([
    ['CLEAN', {}],
    [
      'ALERT',
      {
        objects: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { namespace: 'apps', name: 'rig' },
            data: { url: 'https://console.openova.io' },
          },
        ],
      },
    ],
    ['INCOMPLETE', { serving: { forbidden: ['secrets'] } }],
  ])('that is %s', async (verdict, setting) => {
    const rig = await roundRig(setting);
    const { bundle } = await rig.round();
    const { publicKey } = await openSigner(rig.world.credentials);
    expect(await verifyBundle(bundle, publicKey)).toMatchObject({ verdict, predicate: { kind: 'round' } });
  });
});
