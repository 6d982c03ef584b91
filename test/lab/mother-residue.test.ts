/** Before any handover: what the mother holds is found, the protected set is as it was, nothing but short Jobs was written. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

interface Scan {
  findings: { id: string; accepted?: string }[];
  looked: { place: string; ok: boolean }[];
}

describe('what the mother holds of a Sovereign', () => {
  let catalyst: Catalyst;
  let lab: LabInfo;
  beforeAll(async () => {
    catalyst = catalystAtHome('residue');
    lab = await catalyst.up();
  });
  afterAll(() => catalyst.close());

  it('is found in every place, and makes the check fail', async () => {
    const { code, document } = await catalyst.json<Scan>(['verify', 'residue', '--lab', catalyst.lab]);
    expect(code).toBe(3);
    expect(document.result.looked.every((place) => place.ok)).toBe(true);
    const open = document.result.findings.filter((finding) => finding.accepted === undefined).map((one) => one.id);
    expect(open.filter((id) => id.startsWith('claim ')).length).toBeGreaterThan(5);
    expect(open.some((id) => id.startsWith('Secret catalyst/sovereign-'))).toBe(true);
    expect(open.every((id) => !id.includes('otech'))).toBe(true);
  });

  it('was looked at without a write but the short Job and the Lease, and the demos are as they were', async () => {
    const first = await catalyst.json<{ unchanged: boolean }>(['verify', 'protected', '--lab', catalyst.lab]);
    const again = await catalyst.json<{ unchanged: boolean }>(['verify', 'protected', '--lab', catalyst.lab]);
    expect([first.code, again.code, again.document.result.unchanged]).toEqual([0, 0, true]);
    const writes = readFileSync(lab.requestLog, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { server: string; mutating: boolean; path: string; userAgent: string })
      .filter(
        (one) =>
          one.mutating &&
          /catalyst/.test(one.userAgent) &&
          !/catalyst-sovereign-(inventory|mother)|\/(jobs|leases)/.test(one.path),
      );
    expect(writes).toEqual([]);
  });

  it('cannot be erased before the handover', async () => {
    const fqdn = 'omantel.omani.works';
    const ended = await catalyst.json(['handover', 'decommission', '--lab', catalyst.lab, '--confirm', fqdn]);
    expect(ended.code).toBe(7);
    expect(ended.document.error?.code).toBe('E5101');
  });
});
