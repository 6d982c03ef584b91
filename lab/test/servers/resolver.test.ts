import { Resolver } from 'node:dns/promises';
import { afterEach, expect, test } from 'vitest';
import type { Recursive, Resolution } from '../../src/internet/recursive.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import type { DnsServer } from '../../src/servers/dns.js';
import { startResolver } from '../../src/servers/resolver.js';

const known: Record<string, Resolution> = {
  'gitea.example.org A': {
    ...{ rcode: 'NOERROR', authorities: [] },
    answers: [{ type: 'A', name: 'gitea.example.org', ttl: 60, data: '203.0.113.7' }],
  },
  '_acme-challenge.example.org TXT': {
    ...{ rcode: 'NOERROR', authorities: [] },
    answers: [{ type: 'TXT', name: '_acme-challenge.example.org', ttl: 60, data: 'proof' }],
  },
};
const recursive = {
  resolve: async (name: string, type: string) =>
    known[`${name} ${type}`] ?? { rcode: 'NXDOMAIN', answers: [], authorities: [] },
} as Pick<Recursive, 'resolve'> as Recursive;

let server: DnsServer | undefined;
afterEach(() => server?.close());

async function ask(tellsAddresses?: boolean): Promise<Resolver> {
  server = await startResolver({
    ...{ name: 'dns-resolver', log: createRequestLog(), faults: createFaults(), recursive },
    ...(tellsAddresses === undefined ? {} : { tellsAddresses }),
  });
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([server.endpoint]);
  return resolver;
}

test('what the recursive server finds is what it tells', async () => {
  const resolver = await ask();
  expect(await resolver.resolve4('gitea.example.org')).toEqual(['203.0.113.7']);
  expect(await resolver.resolveTxt('_acme-challenge.example.org')).toEqual([['proof']]);
  await expect(resolver.resolve4('unknown.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('programs of this machine learn no addresses, for these belong to others here', async () => {
  const resolver = await ask(false);
  expect(await resolver.resolveTxt('_acme-challenge.example.org')).toEqual([['proof']]);
  await expect(resolver.resolve4('gitea.example.org')).rejects.toMatchObject({ code: 'EREFUSED' });
});
