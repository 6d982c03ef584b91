/**
 * A Sovereign whose parent zone is none of the mother's pools, on a mother as later versions of upstream are: PowerDNS and the
 * pool-domain-manager behind a login, catalyst-api behind a session.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { requireLogin } from './required-login.js';

const fqdn = 'sky.cloud.example';

interface Logged {
  server: string;
  method: string;
  path: string;
  status: number;
  userAgent: string;
}

describe('a Sovereign outside of the pools', () => {
  let catalyst: Catalyst;
  let lab: LabInfo;
  const asked = () =>
    readFileSync(lab.requestLog, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Logged)
      .filter(({ userAgent }) => /^catalyst\//.test(userAgent));
  beforeAll(async () => {
    catalyst = catalystAtHome('outside', { CATALYST_LAB_FQDN: fqdn });
    lab = await catalyst.up();
    await requireLogin(catalyst, lab);
  });
  afterAll(() => catalyst.close());

  it('is walked to the end of the handover, past the login and without a session', async () => {
    const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '7']);
    expect(walked.code, walked.stderr).toBe(0);
    const dns = asked().filter(({ path }) => path.includes('/servers/localhost/zones'));
    expect(dns.some(({ server, status }) => server === 'mother-ingress' && status === 401)).toBe(true);
    const past = dns.filter(({ path }) => path.includes('/services/http:powerdns:8081/proxy/'));
    expect(past.some(({ method, status }) => method === 'PATCH' && status === 204)).toBe(true);
  });

  it('is found gone from the mother by the same ways, and her pool has no row of it', async () => {
    interface Scan {
      findings: { id: string; accepted?: string }[];
      looked: { place: string; ok: boolean }[];
    }
    const { code, document } = await catalyst.json<Scan>(['verify', 'residue', '--lab', catalyst.lab]);
    expect([code, document.result.looked.filter(({ ok }) => !ok)]).toEqual([0, []]);
    expect(document.result.findings.filter(({ id }) => id.startsWith('pool '))).toEqual([]);
  });

  it('leaves the name as it was with the cluster, when asked to', async () => {
    const destroyed = await catalyst.run([
      'cluster',
      'destroy',
      '--lab',
      catalyst.lab,
      '--restore-zone',
      '--confirm',
      fqdn,
    ]);
    expect(destroyed.code, destroyed.stderr).toBe(0);
    const { document } = await catalyst.json<{ checks: { id: string; reason: string }[] }>([
      'preflight',
      '--lab',
      catalyst.lab,
    ]);
    const checks = document.result?.checks ?? [];
    expect(checks.find(({ id }) => id === 'parent-zone-access')?.reason).toMatch(/^3 record sets, through/);
  });
});

describe("the mother's own zone of the name", () => {
  const omantel = 'omantel.omani.works';
  let catalyst: Catalyst;
  const seen = async () => {
    const { document } = await catalyst.json<{ checks: { id: string; status: string; reason: string }[] }>([
      'preflight',
      '--lab',
      catalyst.lab,
    ]);
    return document.result.checks.find(({ id }) => id === 'child-zone')!;
  };
  beforeAll(async () => {
    catalyst = catalystAtHome('zone');
    await catalyst.up();
  });
  afterAll(() => catalyst.close());

  it('is told by preflight, and removed on the way to the first certificate', async () => {
    expect(await seen()).toMatchObject({ status: 'warn', reason: expect.stringMatching(/#373 removes zone/) });
    const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '2']);
    expect(walked.code, walked.stderr).toBe(0);
    expect(await seen()).toMatchObject({ status: 'pass', reason: `the mother has no zone ${omantel}` });
  });

  it('comes back by handover abort, and is not removed again without the name of the Sovereign', async () => {
    const restored = await catalyst.run([
      'handover',
      'abort',
      '--lab',
      catalyst.lab,
      '--restore-zone',
      '--confirm',
      omantel,
    ]);
    expect(restored.code, restored.stderr).toBe(0);
    expect(await seen()).toMatchObject({ status: 'warn' });
    const again = await catalyst.json(['ticket', 'run', '373', '--lab', catalyst.lab, '--confirm', 'omantel']);
    expect([again.code, again.document.error?.code]).toEqual([7, 'E4006']);
    expect(await seen()).toMatchObject({ status: 'warn' });
    const confirmed = await catalyst.run(['ticket', 'run', '373', '--lab', catalyst.lab, '--confirm', omantel]);
    expect(confirmed.code, confirmed.stderr).toBe(0);
    expect(await seen()).toMatchObject({ status: 'pass' });
  });
});
