/** What preflight finds out before anything is paid for. */
import { describe, expect, it } from 'vitest';
import { loadBalancerTypes, locations, pricing, serverTypes } from '../../../lab/src/hetzner/catalog.js';
import { admits, publicAddress } from '../../../src/hetzner/cluster/public-address.js';
import { runChecks } from '../../../src/preflight/check.js';
import { machineChecks } from '../../../src/preflight/machine.js';
import { motherChecks } from '../../../src/preflight/mother.js';
import { ownAddressCheck } from '../../../src/preflight/own-address.js';
import { providerChecks } from '../../../src/preflight/providers.js';
import { systemClock } from '../../../src/support/clock.js';
import { fail } from '../../../src/support/errors/errors.js';
import type { Http, HttpRequest } from '../../../src/tools/http/http.js';
import { fakeKube } from '../../fakes/fake-kube.js';
import { omantel } from '../../fakes/fake-world.js';
import { orderedClock } from '../../fakes/ordered-clock.js';

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
    expect(admits(['::/0'], '198.51.100.7')).toBe(false);
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

it('what is ordered is shown with its price and what it must carry, and warned of when its last day is known', async () => {
  const offers = {
    locations: async () => locations,
    serverTypes: async () => serverTypes,
    loadBalancerTypes: async () => loadBalancerTypes,
    pricing: async () => pricing,
    list: async () => [],
  };
  const { spec } = omantel({ controlPlane: { count: 1 }, workers: { count: 0 } });
  const look = (api: object) =>
    providerChecks({
      spec,
      hetzner: async () => api as never,
      objectStore: async () => undefined as never,
      clock: systemClock,
    })
      .find(({ id }) => id === 'hetzner-capacity')!
      .look();
  const seen =
    /^1 × cx53, 1 × lb11 in fsn1, [\d.]+ EUR a month, for 2\.9 CPU, 9\.1 GiB of memory and 131 GiB of volumes; /;
  expect(await look(offers)).toMatch(seen);
  const ending = loadBalancerTypes.map((type) => ({
    ...type,
    deprecation: { announced: '2026-06-05T00:00:00Z', unavailable_after: '2999-01-01T00:00:00Z' },
  }));
  expect(await look({ ...offers, loadBalancerTypes: async () => ending })).toMatchObject({
    warn: expect.stringContaining('lb11 is available in fsn1 only until 2999-01-01'),
    remedy: ['catalyst cluster plan'],
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
    credentials: { find: nothing },
  });
  await expect(mother!.look()).rejects.toMatchObject({ code: 'E5001', exitCode: 5 });
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sme' } });
  expect(await mother!.look()).toContain('catalyst-api');
});

const check = (look: () => Promise<string>) => ({ id: 'one', title: 'one', look });

it('behind a proxy, a check that hangs names it, and one of this machine does not', async () => {
  const ways = () => 'through HTTPS_PROXY http://proxy:3128; directly to loopback';
  const hangs = { ...check(() => new Promise<never>(() => undefined)), silent: ['open port 6443 of the mother'] };
  const [far, near] = await runChecks([hangs, { ...hangs, local: true }], { clock: orderedClock(), signal, ways });
  expect(far).toMatchObject({
    reason: expect.stringContaining('; calls go through HTTPS_PROXY http://proxy:3128; directly to loopback.'),
    remedy: [
      'open port 6443 of the mother',
      'check that the proxy answers: env | grep -i _proxy shows where it is set',
      'then: catalyst preflight',
    ],
  });
  expect(JSON.stringify(near)).not.toMatch(/proxy/i);
});

it('a check that hangs fails within half a minute, says what to look at, and holds up no other', async () => {
  const clock = orderedClock();
  const hangs = { ...check(() => new Promise<never>(() => undefined)), silent: ['open port 6443 of the mother'] };
  const results = await runChecks([hangs, hangs, check(async () => 'seen')], { clock, signal });
  const late = { status: 'fail', code: 'E4003', remedy: ['open port 6443 of the mother', 'then: catalyst preflight'] };
  expect(results).toMatchObject([late, late, { status: 'pass' }]);
  expect(clock.passedMs()).toBeLessThanOrEqual(30_000);
  expect(await runChecks([check(async () => 'seen')], { clock: systemClock, signal })).toMatchObject([
    { status: 'pass' },
  ]);
});

it('a program of this machine that does not start in time is no matter of the network', async () => {
  const never = () => new Promise<never>(() => undefined);
  const programs = machineChecks({
    ...{ git: { version: never }, binaries: { find: never } },
    ...{ stateDir: '/', nodeVersion: process.version },
  }).filter(({ id }) => ['helm', 'kubectl', 'git'].includes(id));
  const results = await runChecks(programs, { clock: orderedClock(), signal });
  const remedy = ['see what keeps this machine busy (top)', 'then: catalyst preflight'];
  expect(results.map((result) => [result.id, result.code, result.remedy])).toEqual([
    ['helm', 'E4003', remedy],
    ['kubectl', 'E4003', remedy],
    ['git', 'E4003', remedy],
  ]);
});

it('what may have passed a moment later is asked up to three times', async () => {
  let tries = 0;
  const passes = check(async () => {
    tries += 1;
    if (tries < 3) throw fail('E3101', 'a busy machine');
    return 'seen';
  });
  const clock = orderedClock();
  expect(await runChecks([passes], { clock, signal })).toMatchObject([{ status: 'pass', reason: 'seen' }]);
  tries = -10;
  expect(await runChecks([passes], { clock, signal })).toMatchObject([{ status: 'fail', code: 'E3101' }]);
  expect(tries).toBe(-7);
});

it('what a check has found out for good is not asked again', async () => {
  let tries = 0;
  const refused = check(async () => {
    tries += 1;
    throw fail('E1302', 'wrong key');
  });
  expect(await runChecks([refused], { clock: orderedClock(), signal })).toMatchObject([{ code: 'E1302' }]);
  expect(tries).toBe(1);
});

it('a try that is slow is given company, and may still be the one that answers', async () => {
  let tries = 0;
  let answer: (seen: string) => void = () => undefined;
  const slow = check(() => {
    tries += 1;
    if (tries === 1) return new Promise<string>((resolve) => (answer = resolve));
    answer('the first one');
    return new Promise<never>(() => undefined);
  });
  expect(await runChecks([slow], { clock: orderedClock(), signal })).toMatchObject([{ reason: 'the first one' }]);
  expect(tries).toBe(2);
});

it('a look of many calls is begun once', async () => {
  let tries = 0;
  const many = {
    ...check(() => {
      tries += 1;
      return new Promise<never>(() => undefined);
    }),
    once: true as const,
  };
  const results = await runChecks([many], { clock: orderedClock(), signal });
  expect(results).toMatchObject([{ code: 'E4003', reason: expect.stringContaining('in one try') }]);
  expect(tries).toBe(1);
});
