/** #374 and bp-powerdns read one server after the other, while an order for a certificate may change the zone. */
import { describe, expect, test } from 'vitest';
import type { DnsQuestion } from '../../../../src/tools/dns/dns.js';
import { delegationHolds } from '../../../../src/walk/proofs/network/delegation-holds.js';
import { zoneAnswers } from '../../../../src/walk/proofs/network/zone-answers.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fakeContext, fakeWorld } from '../rig.js';

const fqdn = 'omantel.omani.works';
const servers = ['203.0.113.11', '203.0.113.12', '203.0.113.13'];
const name = (index: number) => `ns${index + 1}.${fqdn}`;
const proofs = { '#374': delegationHolds, 'bp-powerdns': zoneAnswers };

/** @param serialAt what `server` says at the nth question of all for a serial */
async function take(proof: keyof typeof proofs, serialAt: (server: string, nth: number) => number) {
  const cluster = fakeKube();
  for (const [index, address] of servers.entries())
    cluster.put({
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: `cp${index}` } },
      status: { addresses: [{ type: 'ExternalIP', address }] },
    });
  let asked = 0;
  const record = (of: string, type: string, data: unknown) => ({ name: of, type, ttl: 60, data });
  const referral = servers.map((_, index) => record(fqdn, 'NS', name(index)));
  const dns = async ({ type, server }: DnsQuestion) => {
    const own = servers.includes(server);
    const serial = type === 'SOA' && own ? serialAt(server, ++asked) : 0;
    const answers = {
      SOA: [record(fqdn, 'SOA', { mname: name(0), serial, minimum: 60 })],
      NS: own ? referral : [],
      A: [record(`console.${fqdn}`, 'A', '203.0.113.10')],
    }[type as 'SOA' | 'NS' | 'A'];
    const additionals = servers.map((address, index) => record(name(index), 'A', address));
    return { rcode: 'NOERROR', authoritative: own, answers, authorities: own ? [] : referral, additionals };
  };
  const { world } = await fakeWorld({ cluster, clock: hurriedClock(), dns });
  return proofs[proof](world).take(fakeContext(world).context);
}

describe.each(['#374', 'bp-powerdns'] as const)('%s', (proof) => {
  test('holds when the zone changes in the middle of a reading', async () => {
    expect((await take(proof, (_server, nth) => (nth < 5 ? 18 : 19))).summary).toContain('19');
  });

  test('is disproved by a server that stays behind', async () => {
    await expect(take(proof, (server) => (server === servers[2] ? 17 : 18))).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringMatching(/203\.0\.113\.13\/udp":"?17/),
    });
  });
});
