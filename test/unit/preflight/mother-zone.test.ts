/** What preflight says of the zone that is to delegate the Sovereign: a name that somebody else uses is refused before anything is spent. */
import { expect, it } from 'vitest';
import { motherChecks } from '../../../src/preflight/mother.js';
import type { Http } from '../../../src/tools/http/http.js';
import { fakeKube } from '../../fakes/fake-kube.js';
import { omantel } from '../../fakes/fake-world.js';

const sovereign = omantel();
const { fqdn, mother } = sovereign.spec;
const [own] = mother.powerdns.nameservers;

/** PowerDNS with a parent zone that delegates the name to these servers, and no zone of the name. */
function childZone(servers: readonly string[]) {
  const http: Http = async ({ url }) => {
    if (new URL(url).pathname.endsWith('/zones')) return { status: 200, headers: {}, text: '[]' };
    const zone = decodeURIComponent(new URL(url).pathname.split('/zones/')[1] ?? '').replace(/\.$/, '');
    if (zone === fqdn || !fqdn.endsWith(zone)) return { status: 404, headers: {}, text: '{"error": "Not Found"}' };
    const records = servers.map((content) => ({ content: `${content}.`, disabled: false }));
    const rrsets = records.length > 0 ? [{ name: `${fqdn}.`, type: 'NS', ttl: 300, records }] : [];
    return { status: 200, headers: {}, text: JSON.stringify({ name: `${zone}.`, kind: 'Native', rrsets }) };
  };
  const kube = fakeKube();
  const checks = motherChecks({
    ...{ sovereign, http, mother: async () => kube },
    credentials: { find: async () => 'key' },
    dns: async () => {
      throw new Error('not asked here');
    },
  });
  return checks.find(({ id }) => id === 'child-zone')!.look();
}

it('a name that is delegated to nobody, to the mother or to the Sovereign already is free', async () => {
  for (const servers of [[], [own!], [`ns1.${fqdn}`, `ns2.${fqdn}`]])
    expect(await childZone(servers)).toBe(`the mother has no zone ${fqdn}`);
});

it('a name that is delegated to servers of somebody else is theirs', async () => {
  await expect(childZone([own!, 'ns1.elsewhere.example'])).rejects.toMatchObject({
    code: 'E5011',
    exitCode: 7,
    message: expect.stringMatching(/to ns1\.elsewhere\.example, which are neither .* Nothing was changed\.$/),
    data: { foreign: ['ns1.elsewhere.example'] },
  });
});
