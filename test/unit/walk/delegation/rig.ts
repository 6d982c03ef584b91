/** The mother's name servers as the lab emulates them: PowerDNS's API over the zones that a resolver sees. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabRequest } from '../../../../lab/src/requests/http-server.js';
import { answerFrom } from '../../../../lab/src/servers/dns-answer.js';
import { fillZones } from '../../../../lab/src/servers/mother/dns-data.js';
import { powerDnsApi } from '../../../../lab/src/servers/powerdns-api.js';
import { createZones, type Zones } from '../../../../lab/src/servers/zones.js';
import type { Kube } from '../../../../src/kubernetes/client/kube.js';
import type { DnsAnswer, DnsQuestion } from '../../../../src/tools/dns/dns.js';
import type { HttpWriter } from '../../../../src/tools/http/http.js';
import type { World } from '../../../../src/world/world.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

export const fqdn = 'omantel.omani.works';

export interface NamesRig {
  zones: Zones;
  /** Method and path of every call that changes something, in order. */
  writes: string[];
  /** What was asked of whom: `1.1.1.1 NS omantel.omani.works`. */
  asked: string[];
  world: World;
  kept: Map<string, string>;
  /** Answers of resolvers; default: what the mother's servers refer to. */
  resolver?: (question: DnsQuestion) => DnsAnswer;
}

/** @param fill what the mother has at the start; default: as a mother that has reserved the name */
export async function namesRig(
  given: Partial<World> & { cluster?: Kube } = {},
  fill: (zones: Zones) => void = (zones) => fillZones(zones, 'omani.works', 'omantel'),
): Promise<NamesRig> {
  const zones = createZones(() => new Date('2026-11-23T00:00:00Z'));
  fill(zones);
  const api = powerDnsApi({ zones: () => zones, apiKey: () => 'the-key' });
  const [writes, asked]: [string[], string[]] = [[], []];
  const http: HttpWriter = async ({ url, method = 'GET', headers = {}, ...rest }) => {
    const { pathname, searchParams, hostname } = new URL(url);
    // no pool-domain-manager is there
    if (hostname !== 'pdns.openova.io') return { status: 503, headers: {}, text: '' };
    if (method !== 'GET') writes.push(`${method} ${pathname.replace('/api/v1/servers/localhost', '')}`);
    const body = 'body' in rest ? Buffer.from(String(rest.body ?? '')) : Buffer.from('');
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const request = { method, path: pathname, query: searchParams, headers: lower, body } as unknown as LabRequest;
    const answer = await api(request);
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '');
    return { status: answer.status, headers: (answer.headers ?? {}) as Record<string, string>, text };
  };
  const rig: NamesRig = { zones, writes, asked } as unknown as NamesRig;
  const dns = async (question: DnsQuestion): Promise<DnsAnswer> => {
    asked.push(`${question.server} ${question.type} ${question.name}`);
    if (question.recursive && rig.resolver) return rig.resolver(question);
    const { rcode, authoritative, ...found } = answerFrom(zones, question);
    const plain = (sets: typeof found.answers) =>
      sets.flatMap(({ name, type, ttl, contents }) =>
        contents.map((data) => ({ name: name.replace(/\.$/, ''), type, ttl, data: data.replace(/\.$/, '') })),
      );
    const [answers, authorities] = [plain(found.answers), plain(found.authorities)];
    // a resolver follows a referral, and its answer is what the servers there say of themselves
    if (question.recursive && authorities.some(({ type }) => type === 'NS'))
      return { rcode, authoritative: false, answers: authorities, authorities: [], additionals: [] };
    return { rcode, authoritative, answers, authorities, additionals: plain(found.additionals) };
  };
  const { world, kept } = await fakeWorld({
    http,
    dns,
    mother: motherCluster,
    cluster: nodes('203.0.113.10'),
    stateDir: mkdtempSync(join(tmpdir(), 'delegation-')),
    ...given,
  });
  return Object.assign(rig, { world, kept });
}

export function nodes(...addresses: string[]) {
  const kube = fakeKube();
  addresses.forEach((address, index) => {
    const status = { addresses: [{ type: 'ExternalIP', address }] };
    kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${index}` }, status });
  });
  return kube;
}

export const motherCluster = async () => {
  const kube = fakeKube();
  const data = { 'api-key': Buffer.from('the-key').toString('base64') };
  const metadata = { namespace: 'openova-system', name: 'powerdns-api-credentials' };
  kube.put({ apiVersion: 'v1', kind: 'Secret', metadata, data });
  return kube;
};

/** A context whose gate keeps every mutation as it was declared. */
export function recordingContext(world: World) {
  const { context, done, told } = fakeContext(world);
  const mutations: Parameters<typeof context.act>[0][] = [];
  const act: typeof context.act = (mutation, ...more) => {
    mutations.push(mutation);
    return context.act(mutation, ...more);
  };
  return { context: { ...context, act }, done, told, mutations };
}
