import { expect, it } from 'vitest';
import { showTicket } from '../../../../src/actions/ticket/show.js';
import { wholeRig } from '../../handover/whole-rig.js';

it('without a Sovereign a ticket is shown as the WBS has it, by number or Blueprint', async () => {
  expect(await showTicket('374', undefined)).toMatchObject({ id: '#374', status: 'pending' });
  const harbor = await showTicket('bp-harbor', undefined);
  expect(harbor).toMatchObject({ blueprint: 'bp-harbor' });
  expect(harbor).not.toHaveProperty('mutations');
  await expect(showTicket('#320', undefined)).rejects.toMatchObject({ code: 'E4007' });
});

it('with one, what only its proof does is told apart from what running it changes', async () => {
  const { world } = await wholeRig();
  const { mutations = [], probes = [] } = await showTicket('319', undefined, world);
  expect(probes).not.toEqual([]);
  expect(mutations).toEqual(expect.arrayContaining(probes));
  expect(mutations.filter((sentence) => !probes.includes(sentence))).toContainEqual(
    expect.stringMatching(/^answer 301/),
  );
});
