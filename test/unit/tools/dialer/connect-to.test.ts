import { expect, test } from 'vitest';
import { dialFor } from '../../../../src/tools/dialer/connect-to.js';

const rules = [
  { host: 'ns1.example.org', port: 53, to: '127.0.0.1:1053' },
  { port: 53, to: '127.0.0.1:2053' },
  { port: 443, to: '[::1]:8443' },
];

test('the first rule that fits host and port wins', () => {
  expect(dialFor(rules, 'ns1.example.org', 53)).toEqual({ host: '127.0.0.1', port: 1053, moved: true });
  expect(dialFor(rules, 'ns2.example.org', 53)).toEqual({ host: '127.0.0.1', port: 2053, moved: true });
});

test('names are compared without case and final dot, IPv6 comes without brackets', () => {
  expect(dialFor(rules, 'NS1.example.org.', 53).port).toBe(1053);
  expect(dialFor(rules, 'gitea.example.org', 443)).toEqual({ host: '::1', port: 8443, moved: true });
});

test('without a rule the name itself is dialed', () => {
  expect(dialFor(rules, '[2001:db8::1]', 22)).toEqual({ host: '2001:db8::1', port: 22, moved: false });
});

test('a rule for a network leads through its proxy, on every port and in that family only', () => {
  const proxied = [{ host: '203.0.113.0/24', to: 'socks5://127.0.0.1:1080' }];
  const through = new URL('socks5://127.0.0.1:1080');
  expect(dialFor(proxied, '203.0.113.7', 22)).toEqual({ host: '203.0.113.7', port: 22, moved: true, through });
  expect(dialFor(proxied, '2001:db8::1', 22).moved).toBe(false);
  expect(dialFor(proxied, 'gitea.example.org', 443).moved).toBe(false);
  const [name] = [{ host: 'gitea.example.org', port: 443, to: '203.0.113.9:443' }];
  expect(dialFor([name!, ...proxied], 'gitea.example.org', 443)).toEqual({
    ...{ host: '203.0.113.9', port: 443, moved: true },
    through,
  });
});
