/** What preflight finds out before anything is paid for. */
import { describe, expect, it } from 'vitest';
import { admits, publicAddress } from '../../../src/hetzner/cluster/public-address.js';
import { runChecks } from '../../../src/preflight/check.js';
import { motherChecks } from '../../../src/preflight/mother.js';
import { ownAddressCheck } from '../../../src/preflight/own-address.js';
import { systemClock } from '../../../src/support/clock.js';
import type { Http, HttpRequest } from '../../../src/tools/http/http.js';
import { omantel } from '../hetzner/fake-world.js';
import { hurriedClock } from '../hetzner/hurried-clock.js';
import { fakeKube } from '../walk/fake-kube.js';

const { signal } = new AbortController();
const answering = (text: string, status = 200, asked: HttpRequest[] = []): Http => {
  return async (request) => {
    asked.push(request);
    return { status, headers: {}, text };
  };
};

describe("this machine's public address", () => {
  it('is asked for over IPv4, the family that servers are reached by', async () => {
    const asked: HttpRequest[] = [];
    expect(await publicAddress(answering('198.51.100.7\n', 200, asked), { signal })).toBe('198.51.100.7');
    expect(asked).toMatchObject([{ url: 'https://ip.hetzner.com', family: 4 }]);
  });

  it.each<[string, Http, RegExp]>([
    ['an IPv6 address', answering('2001:db8:77::15'), /2001:db8:77::15.*over IPv4/],
    ['an error page', answering('<html>', 502), /status 502/],
    ['something else', answering('hello'), /did not answer with an address/],
  ])('is not guessed from %s: an external failure, exit 5', async (_, http, message) => {
    await expect(publicAddress(http, { signal })).rejects.toMatchObject({
      code: 'E2008',
      exitCode: 5,
      message: expect.stringMatching(message),
      actions: [expect.stringContaining('spec.hetzner.sshFrom')],
    });
  });

  it('must be admitted by the firewall', async () => {
    expect(admits(['10.0.0.0/8', '198.51.100.0/24'], '198.51.100.7')).toBe(true);
    expect(admits(['2001:db8::/32', '203.0.113.9/32'], '198.51.100.7')).toBe(false);
    const spec = omantel().spec;
    const check = (sshFrom: string[] | undefined) =>
      ownAddressCheck({
        spec: { ...spec, hetzner: { ...spec.hetzner, sshFrom } },
        publicAddress: async () => '198.51.100.8',
      }).look();
    expect(await check(undefined)).toContain('198.51.100.8');
    expect(await check(['198.51.100.0/24'])).toContain('198.51.100.8');
    await expect(check(['198.51.100.7/32'])).rejects.toMatchObject({
      code: 'E2008',
      actions: [expect.stringContaining('198.51.100.8/32'), expect.any(String)],
    });
  });
});

it('an address that cannot be determined fails nothing when the spec says where SSH comes from', async () => {
  const { spec } = omantel();
  const unknown = () => publicAddress(answering('', 502), { signal });
  const look = (sshFrom?: string[]) =>
    ownAddressCheck({ spec: { ...spec, hetzner: { ...spec.hetzner, sshFrom } }, publicAddress: unknown }).look();
  expect(await look(['198.51.100.0/24'])).toMatchObject({
    warn: expect.stringContaining('198.51.100.0/24'),
    remedy: ["curl -4 --noproxy '*' https://ip.hetzner.com"],
  });
  await expect(look()).rejects.toMatchObject({ code: 'E2008' });
});

it('a cluster with a catalyst-api and without the demos is not the mother', async () => {
  const kube = fakeKube();
  const { namespace, deployment: name } = omantel().spec.mother.catalyst;
  kube.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name }, spec: {} });
  const nothing = async () => {
    throw new Error('not asked');
  };
  const [mother] = motherChecks({
    sovereign: omantel(),
    mother: async () => kube,
    http: nothing,
    dns: nothing,
    powerDnsKey: nothing,
  });
  await expect(mother!.look()).rejects.toMatchObject({ code: 'E5001', exitCode: 5 });
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sme' } });
  expect(await mother!.look()).toContain('catalyst-api');
});

it('a check that hangs fails at its deadline and holds up no other', async () => {
  const hangs = { id: 'hangs', title: 'hangs', look: () => new Promise<never>(() => undefined) };
  const quick = { id: 'quick', title: 'quick', look: async () => 'seen' };
  const results = await runChecks([hangs, quick], { clock: hurriedClock(), signal });
  expect(results).toMatchObject([
    { id: 'hangs', status: 'fail', code: 'E4003', remedy: [expect.stringContaining('catalyst preflight')] },
    { id: 'quick', status: 'pass' },
  ]);
  expect(await runChecks([quick], { clock: systemClock, signal })).toMatchObject([{ status: 'pass' }]);
});
