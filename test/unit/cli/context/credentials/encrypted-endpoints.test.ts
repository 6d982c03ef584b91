import { describe, expect, it } from 'vitest';
import { assertEncrypted, endpointsOf } from '../../../../../src/cli/context/credentials/encrypted-endpoints.js';
import { isLoopback } from '../../../../../src/tools/dialer/proxies.js';
import { isPlainRemote } from '../../../../../src/tools/http/plain-http.js';
import { omantel } from '../../../../fakes/fake-world.js';

const check = (spec: Record<string, unknown>, env: Record<string, string> = {}, registry = false) => {
  const warnings: string[] = [];
  const { endpoint, ...more } = spec as { endpoint?: string };
  assertEncrypted(endpointsOf(omantel(endpoint ? { endpoint } : {}, more).spec, env, { registry }), (text) =>
    warnings.push(text),
  );
  return warnings;
};
const storage = { location: 'fsn1', bucketPrefix: 'omantel-test' };

describe('a credential over plain http://', () => {
  it.each([
    [{ endpoint: 'http://api.example.org/v1' }, {}, 'spec.hetzner.endpoint'],
    [{}, { HCLOUD_ENDPOINT: 'http://192.0.2.1:8080/v1' }, 'HCLOUD_ENDPOINT'],
    [{ objectStorage: { ...storage, endpoint: 'http://10.0.0.1:9000' } }, {}, 'spec.objectStorage.endpoint'],
    [{}, { AWS_ENDPOINT_URL_S3: 'HTTP://s3.example.org' }, 'AWS_ENDPOINT_URL_S3'],
    [{ mother: { powerdns: { endpoint: 'http://pdns.example.org' } } }, {}, 'spec.mother.powerdns.endpoint'],
    [{ mother: { poolDomainManager: { endpoint: 'http://p.example' } } }, {}, 'spec.mother.poolDomainManager.endpoint'],
    [{ mother: { protected: { pages: ['http://u:p@example.org/'] } } }, {}, 'spec.mother.protected.pages[0]'],
  ])('is refused, by the name of the field: %j %j', (spec, env, field) => {
    let refusal: unknown;
    try {
      check(spec, env);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'E1120', exitCode: 2, data: { fields: [field] } });
    expect(String(refusal)).not.toContain('u:p@');
  });

  it('is refused for a mirror only when there is a login for it; without one there is a warning', () => {
    const charts = { mirror: 'oci://registry.example.org/charts', insecure: true };
    expect(() => check({ charts }, {}, true)).toThrow(/spec\.charts\.mirror/);
    expect(check({ charts })).toEqual([expect.stringContaining('spec.charts.mirror is plain http://')]);
    expect(check({ acme: { server: 'http://acme.example.org' } })).toHaveLength(1);
  });

  it('goes to this machine, and everything over TLS', () => {
    expect(check({ endpoint: 'http://127.0.0.1:7000/v1' }, { AWS_ENDPOINT_URL_S3: 'http://[::1]:9000' })).toEqual([]);
    expect(check({})).toEqual([]);
  });

  it('takes for this machine only what cannot be another', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', '::1', 'localhost', 'LOCALHOST.', 'a.localhost'])
      expect(isLoopback(host), host).toBe(true);
    for (const host of ['0.0.0.0', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', '::ffff:10.0.0.1'])
      expect(isLoopback(host), host).toBe(false);
    // The URL parser has already read these as addresses.
    for (const url of ['http://127.1/', 'http://0x7f000001/', 'http://2130706433/'])
      expect(isPlainRemote(url)).toBe(false);
    expect(isPlainRemote('http://0/')).toBe(true);
  });
});
