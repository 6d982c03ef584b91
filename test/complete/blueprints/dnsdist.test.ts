/** dnsdist with the rendered configuration on the port of a node, in front of PowerDNS with the rendered settings: 1.9, as the image's. */
import { afterEach, describe, expect, test } from 'vitest';
import { rendered } from '../../engines/blueprints/rendered.js';
import { until } from '../../until.js';
import { missingForNames, type NameServers, serviceAddresses, startNameServers } from './name-servers.js';

const missing = missingForNames();
if (missing) console.warn(`\ndnsdist NOT RUN with the rendered configuration: ${missing}\n`);

const zone = {
  name: 'omantel.omani.works',
  records: [
    { name: 'omantel.omani.works', type: 'SOA', content: 'ns1.omantel.omani.works hostmaster.omani.works 7 1 1 1 60' },
    { name: 'omantel.omani.works', type: 'NS', content: 'ns1.omantel.omani.works' },
    { name: '*.omantel.omani.works', type: 'A', content: '192.0.2.7' },
  ],
};

async function configuration(): Promise<{ dnsdist: string; additional: string }> {
  const { values, object } = await rendered('bp-powerdns', 'solo');
  const { powerdns } = values as { powerdns: { additionalConfig: string } };
  return { dnsdist: object('ConfigMap', 'dnsdist')['data']['dnsdist.conf'], additional: powerdns.additionalConfig };
}

describe.skipIf(missing)('dnsdist with the rendered configuration', () => {
  let names: NameServers | undefined;
  afterEach(() => names?.stop());

  test('the node answers for the Sovereign once there is a Service, and follows it to another address', async () => {
    names = await startNameServers({ ...(await configuration()), zone });
    const [first, second] = serviceAddresses;
    await until(async () => names!.ended() !== undefined || (await listens(names!)));
    expect(names.ended(), names.log()).toBeUndefined();

    await names.serviceAt(first);
    await names.answering(zone.name);
    for (const by of ['udp', 'tcp'] as const) {
      expect(await names.ask(zone.name, 'SOA', by)).toMatchObject({ authoritative: true, answers: [{ type: 'SOA' }] });
      const console = await names.ask(`console.${zone.name}`, 'A', by);
      expect(console?.answers).toEqual([{ type: 'A', data: '192.0.2.7' }]);
    }
    expect((await names.ask('mtn.omani.works', 'A'))?.rcode).toBe('REFUSED');

    await names.serviceAt(second);
    await names.answering(zone.name);
  });

  test('who asks for everything over UDP must come back by TCP', async () => {
    names = await startNameServers({ ...(await configuration()), zone });
    await names.serviceAt(serviceAddresses[0]);
    await names.answering(zone.name);
    expect(await names.ask(zone.name, 'ANY')).toMatchObject({ truncated: true, answers: [] });
    const all = await names.ask(zone.name, 'ANY', 'tcp');
    expect(all?.answers.map(({ type }) => type).sort()).toEqual(['NS', 'SOA']);
  });

  test('a configuration that it cannot read ends it', async () => {
    const { dnsdist, additional } = await configuration();
    names = await startNameServers({ dnsdist: dnsdist.replace(/^end$/m, ''), additional, zone });
    await until(() => names!.ended() !== undefined);
    expect(names.log()).toMatch(/Fatal error: .*'end' expected/);
  });
});

/** It takes connections, with or without something behind it. */
const listens = async (names: NameServers) => /Listening on 0\.0\.0\.0:53/i.test(names.log());
