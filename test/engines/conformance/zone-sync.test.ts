/** The script of bp-powerdns that writes the Sovereign's zone, as the tree has it, at a real PowerDNS; kubectl is a stub. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChildren } from '../../../lab/src/engines/children.js';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { hasPowerDns, startPowerDns } from '../../../lab/src/engines/programs/real-powerdns.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { objectsOf } from '../../../src/walk/install/apply-folder.js';
import { blueprints, omantel } from '../../unit/blueprints/rig.js';
import { apiKey } from './talks-with-powerdns.js';

const zone = 'omantel.omani.works.';

const has = (program: string) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

interface RecordSet {
  name: string;
  type: string;
  ttl: number;
  records: { content: string }[];
}

describe.skipIf(!hasPowerDns() || !has('jq') || !has('curl'))('zone-sync at a real PowerDNS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-zone-sync-'));
  const children = createChildren({ directory, clock, say: () => undefined });
  let api = '';

  beforeAll(async () => {
    const [dns = 0, port = 0] = await freePorts(2);
    const tree = renderTree(omantel(), await blueprints());
    const release = objectsOf(tree.folder('bp-powerdns')).find(({ kind }) => kind === 'HelmRelease');
    const additional = String(release!['spec'].values.powerdns.additionalConfig);
    const at = { directory: join(directory, 'pdns'), ports: { dns, api: port } };
    await startPowerDns({ children, ...at, apiKey, clock, additional });
    api = `http://127.0.0.1:${port}/api/v1/servers/localhost/zones`;
    writeFileSync(
      join(directory, '.curlrc'),
      `connect-to = "powerdns.powerdns.svc.cluster.local:8081:127.0.0.1:${port}"\n`,
    );
    const folder = tree.folders.find(({ path }) => path.endsWith('bp-powerdns-config'));
    const script = objectsOf(folder).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'zone-sync',
    );
    writeFileSync(
      join(directory, 'zone-sync.sh'),
      String((script as unknown as { data: object }).data['zone-sync.sh' as never]),
    );
    writeFileSync(
      join(directory, 'kubectl'),
      `#!/bin/sh\ncase "$*" in *nodes*) cat ${directory}/nodes ;; *) cat ${directory}/balancer ;; esac\n`,
    );
    chmodSync(join(directory, 'kubectl'), 0o700);
  });
  afterAll(async () => {
    await children.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function sync(nodes: readonly string[], balancer: object | undefined): string {
    const items = nodes.map((address) => ({ status: { addresses: [{ type: 'ExternalIP', address }] } }));
    writeFileSync(join(directory, 'nodes'), JSON.stringify({ items }));
    rmSync(join(directory, 'balancer'), { force: true });
    if (balancer) writeFileSync(join(directory, 'balancer'), JSON.stringify({ data: balancer }));
    return execFileSync('sh', [join(directory, 'zone-sync.sh')], {
      env: { PATH: `${directory}:${process.env['PATH']}`, HOME: directory, ZONE: zone, PDNS_API_KEY: apiKey },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async function records(): Promise<Record<string, string>> {
    const answer = await fetch(`${api}/${zone}`, { headers: { 'X-API-Key': apiKey } });
    const { rrsets } = (await answer.json()) as { rrsets: RecordSet[] };
    return Object.fromEntries(
      rrsets.map((set) => [
        `${set.name} ${set.type}`,
        set.records
          .map(({ content }) => content)
          .sort()
          .join(' '),
      ]),
    );
  }

  it('writes no zone while it does not know the load balancer', async () => {
    expect(() => sync(['203.0.113.11'], undefined)).toThrow(/catalyst ticket run cluster|Command failed/);
    expect((await fetch(`${api}/${zone}`, { headers: { 'X-API-Key': apiKey } })).status).not.toBe(200);
  });

  it('points public names at the load balancer and name servers at nodes, with an SOA that names one of them', async () => {
    sync(['203.0.113.12', '203.0.113.11', '2001:db8::11'], { ipv4: '203.0.113.10', ipv6: '2001:db8::10' });
    const { [`${zone} SOA`]: soa = '', ...rest } = await records();
    expect(soa).toMatch(
      /^ns1\.omantel\.omani\.works\. hostmaster\.omantel\.omani\.works\. [1-9]\d+ 10800 3600 604800 60$/,
    );
    expect(rest).toEqual({
      [`${zone} NS`]: `ns1.${zone} ns2.${zone} ns3.${zone}`,
      [`ns1.${zone} A`]: '203.0.113.11',
      [`ns2.${zone} A`]: '203.0.113.12',
      [`ns3.${zone} A`]: '203.0.113.11',
      [`${zone} A`]: '203.0.113.10',
      [`*.${zone} A`]: '203.0.113.10',
      [`${zone} AAAA`]: '2001:db8::10',
      [`*.${zone} AAAA`]: '2001:db8::10',
    });
  });

  it('writes nothing when nothing differs, and follows a load balancer without IPv6', async () => {
    const before = await records();
    sync(['203.0.113.11', '203.0.113.12'], { ipv4: '203.0.113.10', ipv6: '2001:db8::10' });
    expect(await records()).toEqual(before);
    sync(['203.0.113.11', '203.0.113.12'], { ipv4: '203.0.113.20' });
    const after = await records();
    expect(after[`*.${zone} A`]).toBe('203.0.113.20');
    expect(Object.keys(after).filter((key) => key.endsWith('AAAA'))).toEqual([]);
    expect(after[`${zone} SOA`]).not.toBe(before[`${zone} SOA`]);
  });

  it('a zone that the pool-domain-manager makes has the SOA of the tree, not one of nobody', async () => {
    const name = `one.${zone}`;
    const body = JSON.stringify({ name, kind: 'Native', nameservers: [`ns1.${zone}`] });
    const headers = { 'X-API-Key': apiKey, 'content-type': 'application/json' };
    expect((await fetch(api, { method: 'POST', headers, body })).status).toBe(201);
    const { rrsets } = (await (await fetch(`${api}/${name}`, { headers })).json()) as { rrsets: RecordSet[] };
    const soa = rrsets.find(({ type }) => type === 'SOA')?.records[0]?.content;
    expect(soa).toMatch(
      /^ns1\.omantel\.omani\.works\. hostmaster\.one\.omantel\.omani\.works\. \d+ 10800 3600 604800 60$/,
    );
  });
});
