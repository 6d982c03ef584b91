import { expect, test } from 'vitest';
import { dialFor } from '../../../../src/tools/http/connect-to.js';

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
