import { expect, it } from 'vitest';
import { showTicket } from '../../../../src/actions/ticket/show.js';

it('without a Sovereign a ticket is shown as the WBS has it, by number or Blueprint', async () => {
  expect(await showTicket('374', undefined)).toMatchObject({ id: '#374', status: 'pending' });
  const harbor = await showTicket('bp-harbor', undefined);
  expect(harbor).toMatchObject({ blueprint: 'bp-harbor' });
  expect(harbor).not.toHaveProperty('mutations');
  await expect(showTicket('#320', undefined)).rejects.toMatchObject({ code: 'E4007' });
});
