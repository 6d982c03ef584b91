/** Each way in which a delegation is not the Sovereign's own, told by the server that said so. */
import { describe, expect, it } from 'vitest';
import { checkDelegation } from '../../../../src/handover/sovereign/delegation.js';
import { nameServerAddresses } from '../../../../src/handover/sovereign/name-server-addresses.js';
import type { World } from '../../../../src/world/world.js';
import { omantel } from '../../../fakes/fake-world.js';
import { memoryCluster } from '../rig.js';

const fqdn = 'omantel.omani.works';
const parents = ['192.0.2.53', '192.0.2.54'];
const sovereign = omantel({}, { mother: { powerdns: { nameservers: parents } } });
const plain = { rcode: 'NOERROR', authoritative: true, answers: [], authorities: [], additionals: [] };
const ns = (data: string) => ({ name: `${fqdn}.`, type: 'NS', data });
const glue = (name: string, data: string) => ({ name, type: 'A', data });

interface Setting {
  names?: string[];
  glue?: [string, string][];
  /** What the Sovereign's own servers answer. */
  soa?: (server: string, transport: string) => object;
  parent?: (server: string) => object;
}

function world({
  names = [`ns1.${fqdn}.`],
  glue: given = [[`ns1.${fqdn}`, '203.0.113.10']],
  soa,
  parent,
}: Setting = {}) {
  const dns = async ({ server, type, transport }: { server: string; type: string; transport: string }) => {
    const own = { answers: [{ name: fqdn, type: 'SOA', data: { serial: 7 } }] };
    if (type === 'SOA') return { ...plain, ...(soa?.(server, transport) ?? own) };
    const referral = { authorities: names.map(ns), additionals: given.map(([name, data]) => glue(name, data)) };
    return { ...plain, ...(parent?.(server) ?? referral) };
  };
  return { sovereign, dns: dns as unknown as World['dns'], signal: new AbortController().signal };
}
const summary = async (setting: Setting) => {
  const { ok, summary: told } = await checkDelegation(world(setting));
  expect(ok).toBe(false);
  return told;
};

describe('a delegation', () => {
  it("is the Sovereign's when its own servers answer for the zone over UDP and TCP", async () => {
    expect(await checkDelegation(world())).toEqual({
      ok: true,
      summary: expect.stringMatching(/^omani\.works delegates .* to ns1\..* serial 7 over UDP and TCP$/),
      nameServers: [`ns1.${fqdn}`],
      addresses: ['203.0.113.10'],
      serial: 7,
    });
  });

  it.each<[string, Setting, string]>([
    ['names nobody', { names: [] }, `192.0.2.53 names no server for ${fqdn}; 192.0.2.54 names no server for ${fqdn}`],
    ['leads elsewhere', { names: ['ns1.openova.io.'] }, `omani.works still delegates ${fqdn} to ns1.openova.io`],
    ['lacks the glue', { glue: [] }, `no glue for ns1.${fqdn}`],
    [
      'leads to a server that knows nothing of the zone',
      { soa: (_, transport) => (transport === 'udp' ? { answers: [] } : { authoritative: false }) },
      `ns1.${fqdn} is not authoritative over udp; ns1.${fqdn} is not authoritative over tcp`,
    ],
    [
      'leads to servers that differ',
      {
        names: [`ns1.${fqdn}`, `ns2.${fqdn}`],
        glue: [
          [`ns1.${fqdn}`, '203.0.113.10'],
          [`ns2.${fqdn}`, '203.0.113.11'],
        ],
        soa: (server) => ({ answers: [{ name: fqdn, type: 'SOA', data: { serial: server.endsWith('10') ? 7 : 8 } }] }),
      },
      'serials differ: 7, 8',
    ],
  ])('that %s is told so', async (_what, setting, told) => {
    expect(await summary(setting)).toBe(told);
  });

  it('of which a server does not answer is not taken for one that names nobody', async () => {
    const silent = (server: string) => {
      if (server === '192.0.2.54') throw new Error('no answer within 5 s');
      return { authorities: [ns(`ns1.${fqdn}`)], additionals: [glue(`ns1.${fqdn}`, '203.0.113.10')] };
    };
    expect(await summary({ parent: silent })).toBe('192.0.2.54: no answer within 5 s');
    const noTcp = (_: string, transport: string) => {
      if (transport === 'tcp') throw new Error('connection refused');
      return { answers: [{ name: fqdn, type: 'SOA', data: { serial: 7 } }] };
    };
    expect(await summary({ soa: noTcp })).toBe(`ns1.${fqdn} over tcp: connection refused`);
  });
});

describe('addresses of the name servers', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'cp1' },
    status: { addresses: [{ type: 'ExternalIP', address: '198.51.100.21' }] },
  };
  const asked = (setting: Setting) =>
    nameServerAddresses({ ...world(setting), kube: async () => memoryCluster([node]).kube } as unknown as World);

  it('are those of the glue, and without a delegation those of the nodes', async () => {
    expect(await asked({})).toEqual(['203.0.113.10']);
    expect(await asked({ names: [] })).toEqual(['198.51.100.21']);
  });
});
