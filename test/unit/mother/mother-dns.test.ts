/** The ways to the mother's PowerDNS and pool-domain-manager: address and key, a login before it, and past that through her API server. */
import { describe, expect, it } from 'vitest';
import { through } from '../../../lab/src/components/traefik/middlewares.js';
import type { LabRequest } from '../../../lab/src/requests/http-server.js';
import { powerDnsApi } from '../../../lab/src/servers/powerdns-api.js';
import { createZones } from '../../../lab/src/servers/zones.js';
import type { KubeObject, ServiceRef } from '../../../src/kubernetes/client/kube.js';
import { openMotherDns } from '../../../src/mother/mother-dns.js';
import { poolAllocations } from '../../../src/mother/pool-domain-manager.js';
import { fail } from '../../../src/support/errors/errors.js';
import type { HttpAnswer, HttpWriter } from '../../../src/tools/http/http.js';
import { type Adapters, writersOf } from '../../../src/world/gate/writers.js';
import { fakeKube } from '../../fakes/fake-kube.js';
import { omantel } from '../../fakes/fake-world.js';

const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'openova-system', name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});
const login = secret('powerdns-login', { username: 'operator', password: 'pass' });

interface Situation {
  /** What stands before PowerDNS. */
  before?: 'login' | 'nothing' | 'no route' | 'no network';
  key?: string;
  /** Whether the kubeconfig may use services/proxy. */
  proxy?: boolean;
  spec?: { basicAuthSecret?: string; access?: 'auto' | 'endpoint' | 'serviceProxy' };
  secrets?: KubeObject[];
}

/** PowerDNS of the lab, behind the lab's Traefik or through its API server. */
function situation({ before = 'nothing', key = 'the-key', proxy = true, spec = {}, secrets = [login] }: Situation) {
  const zones = createZones(() => new Date('2026-11-23T00:00:00Z'));
  zones.put('omani.works', []);
  const pdns = powerDnsApi({ zones: () => zones, apiKey: () => 'the-key' });
  const ways: string[] = [];
  const ask = async (
    way: string,
    request: { path: string; method?: string; headers?: Record<string, string>; body?: unknown },
  ) => {
    const url = new URL(request.path, 'http://x');
    const lower = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    const body = Buffer.from(typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? ''));
    const asked = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(lower),
      body,
    };
    ways.push(way);
    const guard = {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'Middleware',
      metadata: { name: 'auth' },
      spec: { basicAuth: { secret: 'any' } },
    };
    const host = { host: 'pdns.openova.io', secure: true };
    const passed = through(
      way === 'address' && before === 'login' ? [guard] : [],
      asked as unknown as LabRequest,
      host,
      () => login,
    );
    const {
      status,
      headers = {},
      body: text = '',
    } = 'response' in passed ? passed.response : await pdns(passed.request);
    return {
      status,
      headers: headers as Record<string, string>,
      text: typeof text === 'string' ? text : JSON.stringify(text),
    };
  };
  const http: HttpWriter = async ({ url, ...request }): Promise<HttpAnswer> => {
    if (before === 'no network') throw fail('E3002', 'pdns.openova.io: getaddrinfo ENOTFOUND pdns.openova.io.');
    if (before === 'no route') return { status: 404, headers: {}, text: '404 page not found\n' };
    const { pathname, search } = new URL(url);
    return ask('address', { ...request, path: pathname + search });
  };
  const kube = fakeKube();
  for (const one of [secret('powerdns-api-credentials', { 'api-key': key }), ...secrets]) kube.put(one);
  const service = async (ref: ServiceRef, request: Parameters<typeof ask>[1]) => {
    expect(ref).toEqual({ namespace: 'openova-system', name: 'powerdns', port: 8081 });
    // the API server takes Authorization for its own
    expect(Object.keys(request.headers ?? {})).not.toContain('authorization');
    if (!proxy) return { status: 403, body: '{"kind":"Status","reason":"Forbidden"}' };
    const { status, text } = await ask('service', request);
    return { status, body: text };
  };
  const sovereign = omantel();
  Object.assign(sovereign.spec.mother.powerdns, spec);
  const mother = async () => ({ ...kube, askService: service, callService: service });
  return { ways, zones, look: { sovereign, http, mother, credentials: { find: async () => undefined } } };
}

const zonesOf = async (given: Situation) => (await openMotherDns(situation(given).look)).zones();
const refused = (given: Situation) => zonesOf(given).catch((error: unknown) => error);

describe("the mother's PowerDNS", () => {
  it('is read at its address when nothing stands before it', async () => {
    const { look, ways } = situation({});
    expect(await (await openMotherDns(look)).zones()).toEqual(['omani.works.']);
    expect(ways).toEqual(['address']);
  });

  it('is read with the login that a proxy before it wants', async () => {
    const spec = { basicAuthSecret: 'openova-system/powerdns-login' };
    const { look, ways } = situation({ before: 'login', spec });
    expect(await (await openMotherDns(look)).zones()).toEqual(['omani.works.']);
    expect(ways).toEqual(['address']);
  });

  it.each(['login', 'no route', 'no network'] as const)(
    'is read past the proxy when there is %s, once for all',
    async (before) => {
      const { look, ways } = situation({ before });
      const dns = await openMotherDns(look);
      expect(await dns.zones()).toEqual(['omani.works.']);
      expect(await dns.zone('omani.works')).toHaveLength(1);
      expect(ways.slice(-2)).toEqual(['service', 'service']);
      expect(dns.server.service).toMatchObject({ name: 'powerdns' });
    },
  );

  it('is written the way that it was read, and only there', async () => {
    const { look, ways, zones } = situation({ before: 'login' });
    const dns = await openMotherDns(look);
    await dns.zones();
    const writers = writersOf(look as unknown as Adapters);
    const sets = [{ name: 'a.omani.works.', type: 'A', ttl: 60, records: ['192.0.2.1'] }];
    await writers.powerDns(dns.server).replace('omani.works', sets);
    expect(zones.get('omani.works')!.rrsets.get('a.omani.works. A')?.contents).toEqual(['192.0.2.1']);
    expect(ways.at(-1)).toBe('service');
  });

  it('says that the login was wanted, not that the key was wrong', async () => {
    expect(await refused({ before: 'login', proxy: false })).toMatchObject({
      code: 'E1302',
      message: expect.stringMatching(/requires a login .401, Basic realm="traefik".*the API key was never checked/),
      actions: [expect.stringContaining('basicAuthSecret'), expect.stringContaining('serviceProxy')],
    });
  });

  it('says that the login was refused', async () => {
    const wrong = secret('wrong', { username: 'operator', password: 'no' });
    const spec = { basicAuthSecret: 'openova-system/wrong', access: 'endpoint' as const };
    expect(await refused({ before: 'login', spec, secrets: [wrong] })).toMatchObject({
      message: expect.stringMatching(/rejected the login .401/),
    });
  });

  it.each(['nothing', 'login'] as const)('says that the key was refused, behind %s', async (before) => {
    const spec = { basicAuthSecret: 'openova-system/powerdns-login' };
    const error = await refused({ before, key: 'wrong', spec });
    expect(error).toMatchObject({
      code: 'E1302',
      message: expect.stringMatching(/PowerDNS at https:\/\/pdns.openova.io refused the API key/),
    });
  });

  it('says that the kubeconfig may not go through the API server, where that was asked for', async () => {
    expect(await refused({ proxy: false, spec: { access: 'serviceProxy' } })).toMatchObject({
      code: 'E1302',
      actions: [expect.stringContaining('services/proxy in namespace openova-system')],
    });
  });

  it('takes no zone for absent because something before it has no route', async () => {
    const { look } = situation({ before: 'no route', spec: { access: 'endpoint' } });
    const dns = await openMotherDns(look);
    await expect(dns.zone('omani.works')).rejects.toMatchObject({
      code: 'E5004',
      message: expect.stringMatching(/no PowerDNS API/),
    });
  });

  it('says what a Secret must have: hashes are no password', async () => {
    const hashes = secret('powerdns-api-basicauth', { users: 'operator:$2y$05$x' });
    const spec = { basicAuthSecret: 'openova-system/powerdns-api-basicauth' };
    expect(await refused({ spec, secrets: [hashes] })).toMatchObject({
      code: 'E1301',
      message: expect.stringMatching(/only users, which holds hashes/),
    });
  });
});

describe('the pool-domain-manager', () => {
  const look = (answer: Partial<HttpAnswer>, service: { status: number; body: string }) => ({
    sovereign: omantel(),
    http: async () => ({ status: 200, headers: {}, text: '', ...answer }),
    mother: async () => ({ ...fakeKube(), askService: async () => service }),
  });
  const rows = '{"allocations":[{"poolDomain":"omani.works","subdomain":"omantel","state":"active"}]}';

  it('is asked past a login, as PowerDNS is', async () => {
    const found = await poolAllocations(
      look({ status: 401, text: '401 Unauthorized' }, { status: 200, body: rows }),
      'omani.works',
    );
    expect(found).toMatchObject([{ subdomain: 'omantel' }]);
  });

  it('says that a login is wanted where that way is closed too', async () => {
    const closed = { status: 403, body: '{"kind":"Status"}' };
    await expect(poolAllocations(look({ status: 401 }, closed), 'omani.works')).rejects.toMatchObject({
      code: 'E1302',
      actions: expect.arrayContaining([expect.stringContaining('poolDomainManager.basicAuthSecret')]),
    });
  });

  it('has no rows of a domain that is none of its pools, which is no failure', async () => {
    const text = '{"error":"unsupported-pool","detail":"pool domain example.om is not managed by OpenOva"}';
    expect(await poolAllocations(look({ status: 422, text }, { status: 500, body: '' }), 'example.om')).toBeUndefined();
  });
});
