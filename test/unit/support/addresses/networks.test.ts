import { expect, it } from 'vitest';
import { networkIn, networksOf } from '../../../../src/support/addresses/networks.js';

it.each([
  ['10.0.0.0/8', { base: '10.0.0.0', bits: 8, family: 'ipv4' }],
  ['203.0.113.7', { base: '203.0.113.7', bits: 32, family: 'ipv4' }],
  ['2001:db8::/32', { base: '2001:db8::', bits: 32, family: 'ipv6' }],
  ['10.0.0.0/33', undefined],
  ['10.0.0/8', undefined],
  ['10.0.0.0/', undefined],
  ['example.org/8', undefined],
])('%s as a network', (text, expected) => {
  expect(networkIn(text)).toEqual(expected);
});

it.each([
  [['::/0'], '198.51.100.7', false],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
  [['127.0.0.0/8'], '::ffff:7f00:1', true],
  [['127.0.0.0/8'], '::127.0.0.1', false],
  [['fc00::/7'], 'FD12:0:0::1', true],
  [['127.0.0.0/8'], '127.999.0.1', false],
  [['10.0.0.0/9', 'nothing'], '10.127.255.255', true],
  [['10.0.0.0/9'], '10.128.0.0', false],
])('%j has %s: %s', (networks, address, expected) => {
  expect(networksOf(networks)(address)).toBe(expected);
});
