import { expect, test } from 'vitest';
import { fail } from '../../../../src/support/errors/errors.js';
import type { DnsAnswer, DnsQuestion } from '../../../../src/tools/dns/dns.js';
import type { HttpRequest } from '../../../../src/tools/http/http.js';
import { pastNegativeAnswers } from '../../../../src/world/public-names/past-negative-answers.js';
import { omantel } from '../../../fakes/fake-world.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';

const fqdn = 'omantel.omani.works';
const none: DnsAnswer = { rcode: 'NOERROR', authoritative: true, answers: [], authorities: [], additionals: [] };
const record = (name: string, type: string, ttl: number, data: unknown) => ({ name, type, ttl, data });

interface Situation {
  delegated?: boolean;
  /** What the Sovereign's own servers say of the name. */
  there?: boolean;
  /** Seconds for which the resolver denies it. */
  deniedFor: number;
  code?: string;
}

async function ask(
  { delegated = true, there = true, deniedFor, code = 'ENOTFOUND' }: Situation,
  host = `gitea.${fqdn}`,
) {
  const clock = orderedClock();
  const told: string[] = [];
  const dns = async ({ server, name, type }: DnsQuestion): Promise<DnsAnswer> => {
    if (type === 'NS' && !delegated) return { ...none, rcode: 'NXDOMAIN' };
    if (type === 'NS')
      return { ...none, authoritative: false, additionals: [record(`ns1.${fqdn}`, 'A', 300, '203.0.113.10')] };
    if (type === 'SOA') return { ...none, answers: [record(name, 'SOA', 3600, { minimum: name === fqdn ? 60 : 900 })] };
    expect(server).toBe('203.0.113.10');
    return there ? { ...none, answers: [record(name, 'A', 300, '203.0.113.9')] } : { ...none, rcode: 'NXDOMAIN' };
  };
  const http = async ({ url }: HttpRequest) => {
    if (clock.passedMs() < deniedFor * 1000)
      throw fail('E3002', `GET ${url}: getaddrinfo ${code} ${host}.`, { data: { code } });
    return { status: 200, headers: {}, text: 'seen' };
  };
  const { signal } = new AbortController();
  const onPending = (pending: string, deadline: Date) => told.push(`${pending} until ${deadline.toISOString()}`);
  const asked = pastNegativeAnswers(http, { sovereign: omantel(), dns, clock, signal, onPending });
  const answer = await asked({ url: `https://${host}/` }).catch((error: unknown) => error);
  return { answer, told, passed: clock.passedMs() / 1000 };
}

test('a name that a resolver denies from before is waited for, with the SOA minimum of the parent as reason and deadline', async () => {
  const { answer, told, passed } = await ask({ deniedFor: 700 });
  expect(answer).toMatchObject({ status: 200 });
  expect(passed).toBeLessThan(720);
  expect(told).toEqual([
    expect.stringMatching(/gitea.*denied.*900 s, the SOA minimum of omani.works until 2026-11-23T00:15:00/),
  ]);
});

test('after that no cache holds it any longer, and the denial is the answer', async () => {
  const { answer, passed } = await ask({ deniedFor: 5000 });
  expect(answer).toMatchObject({ code: 'E3002' });
  expect(passed).toBe(900);
});

test('one that its own servers deny too is waited for as long as they keep it', async () => {
  const { answer, told, passed } = await ask({ there: false, deniedFor: 5000 });
  expect([(answer as Error).message, passed]).toEqual([expect.stringContaining('ENOTFOUND'), 60]);
  expect(told[0]).toContain('the SOA minimum of omantel.omani.works');
});

test.each<[string, Situation, string?]>([
  ['before the name is delegated', { delegated: false, deniedFor: 5 }],
  ['for a name of somebody else', { deniedFor: 5 }, 'console.openova.io'],
  ['for another failure', { deniedFor: 5, code: 'ECONNREFUSED' }],
])('nothing is waited for %s', async (_, situation, host) => {
  const { answer, told, passed } = await ask(situation, host);
  expect(answer).toMatchObject({ code: 'E3002' });
  expect([told, passed]).toEqual([[], 0]);
});
