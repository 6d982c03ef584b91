import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { through } from '../../src/components/traefik/middlewares.js';
import { parseRule } from '../../src/components/traefik/traefik-rules.js';
import { denied } from '../../src/controllers/network/egress.js';
import { denies, misfit } from '../../src/controllers/platform/kyverno/kyverno-patterns.js';
import type { LabRequest } from '../../src/requests/http-server.js';

const asked = (host: string, path = '/') => ({ host, path, secure: true });
const request = (path: string, method = 'GET') =>
  ({ path, method, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) }) as unknown as LabRequest;
const middleware = (spec: object): KubeObject => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'Middleware',
  metadata: { name: 'm' },
  spec,
});

describe('Traefik rules', () => {
  it('bind && closer than ||, and take brackets and negation', () => {
    const rule = parseRule('Host(`a.test`) && (PathPrefix(`/x`) || Path(`/y`)) || !HostRegexp(`^a`)');
    expect(rule(asked('a.test', '/x/1'))).toBe(true);
    expect(rule(asked('a.test', '/y/1'))).toBe(false);
    expect(rule(asked('b.test'))).toBe(true);
  });

  it('a redirect matches only what its pattern does, and keeps the method of what has a body', () => {
    const spec = {
      redirectRegex: {
        regex: '^https?://old.test/s/(abc)(/.*)?$',
        replacement: 'https://new.test/${1}',
        permanent: true,
      },
    };
    const gone = through([middleware(spec)], request('/s/abc'), { host: 'old.test', secure: true });
    expect(gone).toMatchObject({ response: { status: 301, headers: { location: 'https://new.test/abc' } } });
    expect(through([middleware(spec)], request('/s/abcd'), { host: 'old.test', secure: true })).toHaveProperty(
      'request',
    );
    expect(through([middleware(spec)], request('/s/abc', 'POST'), { host: 'old.test', secure: true })).toMatchObject({
      response: { status: 308 },
    });
    const host = { host: 'old.test', secure: true };
    const login = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      data: { username: btoa('operator'), password: btoa('pass') },
    };
    const guarded = (headers: Record<string, string>, secret: typeof login | undefined = login) =>
      through([middleware({ basicAuth: { secret: 'login' } })], { ...request('/'), headers }, host, () => secret);
    expect(guarded({})).toMatchObject({
      response: { status: 401, headers: { 'www-authenticate': 'Basic realm="traefik"' } },
    });
    expect(guarded({ authorization: `Basic ${btoa('operator:no')}` })).toHaveProperty('response');
    expect(guarded({ authorization: `Basic ${btoa('operator:pass')}` })).toHaveProperty('request');
    const cut = through([middleware({ stripPrefix: { prefixes: ['/api'] } })], request('/api/v1'), {
      host: 'old.test',
      secure: true,
    });
    expect(cut).toMatchObject({ request: { path: '/v1' } });
  });
});

describe('Kyverno patterns', () => {
  it('name the path that does not fit, and leave out what an anchor excuses', () => {
    const wanted = { spec: { containers: [{ resources: { limits: { memory: '?*' } } }] } };
    expect(misfit(wanted, { spec: { containers: [{ resources: { limits: { memory: '1Gi' } } }] } })).toBeUndefined();
    expect(misfit(wanted, { spec: { containers: [{ name: 'a' }] } })).toBe('/spec/containers/0/resources');
    expect(misfit({ '=(host)': 'false' }, {})).toBeUndefined();
    expect(misfit({ '=(host)': 'false' }, { host: true })).toBe('/host');
  });

  it('deny by what a condition reads of the request', () => {
    const deny = {
      conditions: {
        any: [{ key: '{{ request.object.metadata.labels."a/b" || \'\' }}', operator: 'Equals', value: 'no' }],
      },
    };
    expect(denies(deny, { object: { metadata: { labels: { 'a/b': 'no' } } } })).toBe(true);
    expect(denies(deny, { object: { metadata: {} } })).toBe(false);
  });
});

describe('egress policies', () => {
  const policy = (spec: object): KubeObject => ({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumClusterwideNetworkPolicy',
    metadata: { name: 'p' },
    spec,
  });
  const isDenied = (...specs: object[]) => denied(specs.map(policy), { address: '192.0.2.7', host: 'a.example' });
  it('deny the world by name, by address, or by an allow-list that leaves it out', () => {
    expect(isDenied({ egressDeny: [{ toEntities: ['world'] }] })).toBe(true);
    expect(isDenied({ egress: [{ toEntities: ['cluster'] }] })).toBe(true);
    expect(isDenied({ egress: [{}] })).toBe(true);
    expect(isDenied({ egress: [{ toEntities: ['cluster'] }, { toCIDR: ['0.0.0.0/0'] }] })).toBe(false);
    expect(isDenied({ ingress: [{}] })).toBe(false);
  });

  it('deny what a network has and its exceptions do not, whatever another policy allows', () => {
    const block = (...except: string[]) => ({
      enableDefaultDeny: { egress: false },
      egressDeny: [{ toCIDRSet: [{ cidr: '0.0.0.0/0', except }, { cidr: '::/0' }] }],
    });
    expect(isDenied(block())).toBe(true);
    expect(isDenied(block('198.51.100.1/32'))).toBe(true);
    expect(isDenied(block('198.51.100.1/32'), { egress: [{ toEntities: ['all'] }] })).toBe(true);
    expect(isDenied(block('192.0.2.7/32'))).toBe(false);
    expect(isDenied(block('192.0.2.7/32'), { egressDeny: [{ toCIDR: ['192.0.2.0/24'] }] })).toBe(true);
  });

  it('let out what an allow-list names, by address or by name, and nothing else', () => {
    expect(isDenied({ egress: [{ toCIDRSet: [{ cidr: '192.0.2.0/24' }] }] })).toBe(false);
    expect(isDenied({ egress: [{ toCIDRSet: [{ cidr: '192.0.2.0/24', except: ['192.0.2.7/32'] }] }] })).toBe(true);
    expect(isDenied({ egress: [{ toFQDNs: [{ matchName: 'a.example' }] }] })).toBe(false);
    expect(isDenied({ egress: [{ toFQDNs: [{ matchPattern: '*.example' }] }] })).toBe(false);
    expect(isDenied({ egress: [{ toFQDNs: [{ matchPattern: '*.other' }] }] })).toBe(true);
  });
});
