/** `lab fault list`: what can be broken, also before there is a lab; and the way to it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/support/clock.js';
import LabFault from '../../commands/lab/fault.js';
import { faultKinds } from '../../src/requests/fault-kinds.js';
import { faultText, labFault } from '../../src/requests/fault-request.js';
import { createFaults, stateFaultKinds } from '../../src/requests/faults.js';

const nowhere = {
  env: { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'faults-')) },
  clock: systemClock,
  would: () => true,
};

it('list says what each fault does, without a lab, and --help names every one of them', async () => {
  const { kinds = [], faults } = await labFault(nowhere, 'default', { kind: 'list' });
  expect(faults).toEqual([]);
  const names = kinds.map(({ kind }) => kind);
  expect(names).toEqual(['status', 'reset', 'reset-after', 'delay', 'truncate', ...stateFaultKinds]);
  expect(LabFault.description.match(/[a-z]+(-[a-z]+)*(?=[,.])/g)).toEqual(names);
  expect(faultKinds).toEqual(kinds);
});

it('a lab without a fault shows the way to the list', () => {
  expect(faultText({ faults: [] })).toBe('no fault is active; catalyst lab fault list shows what can be broken');
});

it('a mother that is switched off resets every call to her API, her pages and her PowerDNS, and to nobody else', () => {
  const faults = createFaults();
  const { id } = faults.add({ fault: { kind: 'mother-off' } });
  expect(faults.match('mother', 'GET', '/api/v1/pods')).toEqual({ kind: 'reset' });
  expect(faults.match('powerdns', 'GET', '/api/v1/servers')).toEqual({ kind: 'reset' });
  for (const server of ['sovereign', 'hetzner', 's3', 'registry'])
    expect(faults.match(server, 'GET', '/')).toBeUndefined();
  faults.clear(id);
  expect(faults.match('mother', 'GET', '/api/v1/pods')).toBeUndefined();
});
