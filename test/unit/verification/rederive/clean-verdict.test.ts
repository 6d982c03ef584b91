import { expect, it } from 'vitest';
import { checklist } from '../../../../src/verification/dod/checklist.js';
import { verifyBundle } from '../../../../src/verification/dod/verify-bundle.js';
import { judged } from '../../../../src/verification/rederive/judge-items.js';
import { cleanVerdict } from '../../../fakes/clean-verdict.js';

it('a verdict whose raw data bears out each of its items is accepted as it was written', async () => {
  const { file, signer, files } = await cleanVerdict();
  const { items } = JSON.parse(files['dod.json']!) as { items: { id: string; status: string; reason: string }[] };
  expect(items.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(await verifyBundle(file, signer.publicKey)).toMatchObject({ verdict: 'PASS', fqdn: 'omantel.omani.works' });
});

it('every item of the checklist has a judge', () => {
  expect(checklist.filter((item) => !judged(item)).map(({ id }) => id)).toEqual([]);
});
