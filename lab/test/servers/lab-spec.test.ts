import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { labSpec } from '../../src/lab-spec.js';
import { chosenSovereign } from '../../src/start/chosen-sovereign.js';

const specOf = (env: Record<string, string>) =>
  labSpec({
    ...chosenSovereign(env),
    ca: '',
    motherAddress: '192.0.2.10',
    addresses: {
      ...{ hetzner: 'http://127.0.0.1:1/v1', s3: 'http://127.0.0.1:2', mirror: 'oci://127.0.0.1:3/charts' },
      ...{ resolver: '127.0.0.1:53', internet: 'socks5://127.0.0.1:1080' },
    },
  });

test('the spec of a lab leads networks of public addresses through one proxy, and has no rule for a name or a port', () => {
  const { spec } = specOf({});
  expect(spec.access.resolver).toBe('127.0.0.1:53');
  expect(spec.access.connectTo.length).toBeGreaterThan(0);
  for (const { host = '', port, to } of spec.access.connectTo) {
    const [address = '', bits] = host.split('/');
    expect(isIP(address)).toBeGreaterThan(0);
    expect(Number(bits)).toBeGreaterThan(0);
    expect(port).toBeUndefined();
    expect(to).toBe('socks5://127.0.0.1:1080');
  }
  // SSH is let in from the address that the world tells, as on a real project
  expect(spec.hetzner.sshFrom).toBeUndefined();
});

test('a lab is for the Sovereign that its environment names: another name, another location of servers and Object Storage', () => {
  const other = specOf({ CATALYST_LAB_FQDN: 'sky.cloud.example', CATALYST_LAB_LOCATION: 'hel1' }).spec;
  expect([other.fqdn, other.pool, other.parentZone.zone]).toEqual(['sky.cloud.example', undefined, 'cloud.example']);
  expect([other.hetzner.location, other.objectStorage.location]).toEqual(['hel1', 'hel1']);
  const { spec } = specOf({ CATALYST_LAB_LOCATION: '' });
  expect([spec.fqdn, spec.hetzner.location, spec.objectStorage.location]).toEqual([
    'omantel.omani.works',
    'fsn1',
    'fsn1',
  ]);
});

test.each([
  [{ CATALYST_LAB_FQDN: 'sky' }, /^CATALYST_LAB_FQDN is "sky": it must be a name of at least three labels/],
  [{ CATALYST_LAB_LOCATION: 'ash' }, /^CATALYST_LAB_LOCATION is "ash": it must be one of fsn1, nbg1, hel1/],
])('%o names no Sovereign that a lab can be made for', (env, message) => {
  expect(() => chosenSovereign(env)).toThrow(message);
});
