/** A round that was forged by whoever has the key: what it says must follow from what it has seen, and from the round before. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Predicate, readBundle, type Statement, writeBundle } from '../../../../src/evidence/bundle.js';
import { openSigner, type Signer } from '../../../../src/evidence/signing.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { roundRig } from '../../../fakes/rounds.js';

let signer: Signer;
let files: Record<string, string>;
let predicate: Predicate;
beforeAll(async () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'a', name: 'rig' },
    data: { x: 'openova.io' },
  };
  const rig = await roundRig({ objects: [object] });
  await rig.round();
  const { bundle } = await rig.round();
  const opened = await readBundle(bundle);
  signer = await openSigner(rig.world.credentials);
  files = Object.fromEntries(opened.index.files.map(({ path }) => [path, String(opened.files.get(path))]));
  ({ predicate } = JSON.parse(Buffer.from(opened.envelope.payload, 'base64').toString()) as Statement);
});

// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
type Forge = (of: { round: any; scans: any; spec: any; predicate: any }) => void;

async function verify(forge: Forge): Promise<unknown> {
  const read = (path: string) => JSON.parse(files[path]!);
  const of = {
    round: read('round.json'),
    scans: read('scans.json'),
    spec: read('spec.json'),
    predicate: { ...predicate },
  };
  forge(of);
  const file = join(mkdtempSync(join(tmpdir(), 'catalyst-forged-round-')), 'round.tar');
  const text = { 'round.json': of.round, 'scans.json': of.scans, 'spec.json': of.spec };
  await writeBundle({
    ...{ file, signer, predicate: of.predicate },
    files: Object.fromEntries(Object.entries(text).map(([path, value]) => [path, JSON.stringify(value)])),
  });
  return verifyBundle(file, signer.publicKey);
}

it('is valid as it was', async () => {
  expect(await verify(() => undefined)).toMatchObject({ verdict: 'ALERT' });
});

describe('is refused', () => {
  it.each<[string, RegExp, Forge]>([
    [
      'CLEAN with a tether',
      /its verdict is CLEAN, but what it has seen gives ALERT/,
      ({ round, predicate: of }) => {
        round.verdict = of.verdict = 'CLEAN';
      },
    ],
    [
      'a tether that its scan accepts without the spec',
      /has seen gives ALERT/,
      ({ round, scans, predicate: of }) => {
        scans.umbilical.findings[0].accepted = 'it may stay';
        round.verdict = of.verdict = 'CLEAN';
        round.alarms = [];
      },
    ],
    [
      'a place that was not looked at, and CLEAN',
      /gives INCOMPLETE/,
      ({ round, scans, predicate: of }) => {
        scans.umbilical.findings = [];
        Object.assign(scans.umbilical.looked[0], { ok: false, error: 'forbidden' });
        round.verdict = of.verdict = 'CLEAN';
        round.alarms = [];
      },
    ],
    ['an alarm less', /what it says is open is not what it has seen/, ({ round }) => (round.alarms = [])],
    [
      'an alarm that is younger than it was',
      /what it says is open/,
      ({ round }) => (round.alarms[0].since = '2026-12-24T00:00:00.000Z'),
    ],
    [
      'something that returned and was there before',
      /what it says returned does not follow/,
      ({ round }) => (round.returned = [round.alarms[0].key]),
    ],
    [
      'a probe that failed, and none of it',
      /what it says is open/,
      ({ round }) => {
        for (const sample of round.samples) if (sample.probe === 'console') sample.ok = false;
      },
    ],
    [
      'another Sovereign',
      /its statement is about omantel\.omani\.works, its spec\.json about other\.example/,
      ({ spec }) => (spec.spec.fqdn = 'other.example'),
    ],
    [
      'another world',
      /the world of its round is not that of its statement/,
      ({ round }) => (round.world = { kind: 'real' }),
    ],
    ['another time', /ended at different times/, ({ predicate: of }) => (of.at = '2027-01-01T00:00:00.000Z')],
    [
      'another verdict in its statement',
      /another verdict than its round/,
      ({ predicate: of }) => (of.verdict = 'CLEAN'),
    ],
    ['no scan', /it has no umbilical scan/, ({ scans }) => delete scans.umbilical],
    ['something else', /its round\.json is not what catalyst writes/, ({ round }) => delete round.samples],
  ])('%s', async (_, refused, forge) => {
    await expect(verify(forge)).rejects.toMatchObject({ code: 'E6101', message: expect.stringMatching(refused) });
  });
});
