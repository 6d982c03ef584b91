/** bp-powerdns: what its servers say of the zone is compared, and a server that does not answer is reported with its port. */
import { expect, test } from 'vitest';
import type { DnsQuestion } from '../../../../src/tools/dns/dns.js';
import { zoneAnswers } from '../../../../src/walk/proofs/network/zone-answers.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fakeContext, fakeWorld } from '../rig.js';

const fqdn = 'omantel.omani.works';

async function take(soa: { mname?: string; minimum?: number; ttl?: number }, silent?: string) {
  const cluster = fakeKube();
  cluster.put({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'cp1' },
    status: { addresses: [{ type: 'ExternalIP', address: '203.0.113.11' }] },
  });
  const record = (type: string, data: unknown) => ({ name: fqdn, type, ttl: soa.ttl ?? 3600, data });
  const dns = async ({ type, server, transport }: DnsQuestion) => {
    if (transport === silent) throw new Error(`SOA ${fqdn} from ${server}:53/${transport}: no answer within 3s.`);
    const data = { mname: `ns1.${fqdn}`, serial: 7, minimum: 60, ...soa };
    const answers =
      type === 'SOA' ? [record('SOA', data)] : [1, 2, 3].map((index) => record('NS', `NS${index}.${fqdn}.`));
    return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [] };
  };
  const { world } = await fakeWorld({ cluster, clock: hurriedClock(), dns });
  return zoneAnswers(world).take(fakeContext(world).context);
}

test('an SOA that names a server of the zone, and denies for a minute, is proven', async () => {
  expect((await take({})).summary).toContain('SOA 7');
});

test.each([
  [
    { mname: 'a.misconfigured.dns.server.invalid' },
    /to name one of its servers .*seen: a\.misconfigured\.dns\.server\.invalid at 203\.0\.113\.11/,
  ],
  [{ minimum: 3600 }, /to be kept for 300 s at most; seen: 3600 s/],
])('%j disproves it', async (soa, message) => {
  await expect(take(soa)).rejects.toMatchObject({ code: 'E4009', message });
});

test('the denial lasts as long as the shorter of the two', async () => {
  expect((await take({ minimum: 3600, ttl: 120 })).summary).toContain('SOA 7');
});

test('a server that gives no answer is named with the port that may be closed', async () => {
  await expect(take({}, 'udp')).rejects.toMatchObject({
    code: 'E4003',
    message: expect.stringMatching(/203\.0\.113\.11:53\/udp.*Is port 53 \(udp\) open in the firewall/),
  });
});
