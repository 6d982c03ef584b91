/** What preflight says of clock, credentials and neighbors. */
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../../lab/src/certificates.js';
import { credentialEnd } from '../../../src/kubernetes/client/credential-end.js';
import type { KubeAccess } from '../../../src/kubernetes/client/kubeconfig.js';
import { clockCheck } from '../../../src/preflight/clock-check.js';
import { credentialExpiry } from '../../../src/preflight/credential-expiry.js';
import { projectContents } from '../../../src/preflight/project-contents.js';
import type { Http } from '../../../src/tools/http/http.js';
import { omantel } from '../../fakes/fake-world.js';

const now = new Date('2026-11-30T12:00:00.000Z');
const clock = { now: () => now };

describe('the clock', () => {
  const look = (date: string | undefined) => {
    const headers: Record<string, string> = date === undefined ? {} : { date };
    const http: Http = async () => ({ status: 401, headers, text: '' });
    return clockCheck({ http, clock, endpoint: async () => 'https://api.hetzner.cloud/v1' }).look();
  };
  const away = (seconds: number) => look(new Date(now.getTime() + seconds * 1000).toUTCString());

  it('is right within what a header in whole seconds can tell', async () => {
    expect(await away(0)).toBe('as the clock of Hetzner');
    expect(await away(-1)).toBe('as the clock of Hetzner');
    expect(await look(undefined)).toContain('without a Date');
  });

  it('that is off is a warning, and an error where Object Storage refuses what is signed with it', async () => {
    expect(await away(-120)).toMatchObject({ warn: expect.stringContaining('119 s ahead of api.hetzner.cloud') });
    expect(await away(120)).toMatchObject({ warn: expect.stringContaining('120 s behind api.hetzner.cloud') });
    await expect(away(3600)).rejects.toMatchObject({ code: 'E1402', exitCode: 5 });
    await expect(away(-3600)).rejects.toMatchObject({ code: 'E1402' });
  });
});

describe('the credential for the mother', () => {
  function look(access: { cert?: string; renewable?: boolean; token?: string }) {
    const { cert, renewable = false, token } = access;
    const ends = credentialEnd({ cert, renewable, chosen: { user: { token } } } as unknown as KubeAccess);
    return credentialExpiry({ mother: async () => ({ credentialEnd: ends }), clock }).look();
  }
  const token = (exp: unknown) => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
  const inHours = (hours: number) => Math.floor(now.getTime() / 1000) + hours * 3600;

  it('is judged by its certificate or its token', async () => {
    const notBefore = new Date(0);
    const until = async (notAfter: Date) => {
      const { certificate } = await issueCertificate({ commonName: 'me', notBefore, notAfter });
      return look({ cert: certificate });
    };
    expect(await until(new Date('2027-11-30'))).toBe('until 2027-11-30');
    expect(await until(new Date('2026-12-02'))).toMatchObject({ warn: expect.stringContaining('2026-12-02') });
    await expect(until(new Date('2026-11-29'))).rejects.toMatchObject({ code: 'E1306', exitCode: 4 });
    await expect(look({ token: token(inHours(1)) })).rejects.toThrow('before a run can be over');
    expect(await look({ token: token(inHours(24 * 60)) })).toContain('until');
  });

  it('says so when it has no end, or is renewed by others', async () => {
    for (const plain of ['opaque', 'a.b.c', token('soon')])
      expect(await look({ token: plain })).toContain('no expiry date');
    expect(await look({ renewable: true })).toContain('renews it');
  });
});

describe('neighbors', () => {
  const { spec } = omantel();
  const checks = (servers: object[], buckets: string[]) =>
    projectContents({
      spec,
      hetzner: async () => ({ list: async () => servers as never }),
      objectStore: async () => ({ listBuckets: async () => buckets }),
    });

  it('in the project are named and left alone', async () => {
    const ours = { name: 'catalyst-omantel-omani-works-cp1', labels: {} };
    const [alone] = checks([ours], []);
    expect(await alone!.look()).toContain('1 servers, all of');
    const [shared] = checks([ours, { name: 'shop', labels: {} }], []);
    expect(await shared!.look()).toMatchObject({ warn: expect.stringMatching(/1 of 2 servers.*left alone: shop\./) });
  });

  it('in Object Storage leave room for the buckets, or the walk would stop at #371', async () => {
    const buckets = (count: number) => Array.from({ length: count }, (_, index) => `others-${index}`);
    expect(await checks([], buckets(3))[1]!.look()).toContain('3 buckets seen');
    await expect(checks([], buckets(97))[1]!.look()).rejects.toMatchObject({ code: 'E2002', exitCode: 6 });
  });
});
