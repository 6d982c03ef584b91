/** After the walk: programs of Blueprints that are real, each by something that only it does. */
import { Resolver } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { hasPowerDns } from '../../../lab/src/engines/programs/real-powerdns.js';
import { parseSpec } from '../../../src/sovereign/spec/load-spec.js';
import { createDialer } from '../../../src/tools/dialer/dialer.js';
import { createHttp } from '../../../src/tools/http/http-client.js';
import type { LabInfo } from '../../lab/catalyst.js';
import { apply, fqdn, isRunning, kubectl, kubectlText, kubeseal, runsScripts, sovereignFolder, until } from '../rig.js';

interface Node {
  status: { addresses: { type: string; address: string }[] };
}
const hasTraefik = findEngines(process.env).has('traefik');

export function programs(lab: () => LabInfo): void {
  test.skipIf(!hasPowerDns() || !runsScripts)(
    'PowerDNS itself answers for the zone that a script wrote through its API: public names at the load balancer, name servers at the nodes',
    async () => {
      expect(isRunning(lab(), 'powerdns')).toBe(true);
      const resolver = new Resolver({ timeout: 5000, tries: 1 });
      resolver.setServers([`${lab().endpoints['sovereignDns']}`]);
      const { items } = await kubectl<{ items: Node[] }>(lab().kubeconfigs.sovereign, ['get', 'nodes']);
      const external = items.flatMap(({ status }) => status.addresses).filter(({ type }) => type === 'ExternalIP');
      const addresses = external.map(({ address }) => address).filter((address) => !address.includes(':'));
      const servers = [1, 2, 3].map((number) => `ns${number}.${fqdn}`);
      const { data: balancer } = await kubectl<{ data: { ipv4: string; ipv6: string } }>(lab().kubeconfigs.sovereign, [
        ...['get', 'configmap', 'catalyst-load-balancer', '-n', 'kube-system'],
      ]);
      expect(addresses).not.toContain(balancer.ipv4);
      expect(await resolver.resolve4(`console.${fqdn}`)).toEqual([balancer.ipv4]);
      expect(await resolver.resolve6(`console.${fqdn}`)).toEqual([balancer.ipv6]);
      expect((await resolver.resolveNs(fqdn)).sort()).toEqual(servers);
      const led = (await Promise.all(servers.map((name) => resolver.resolve4(name)))).flat();
      expect([...new Set(led)].sort()).toEqual([...new Set(addresses)].sort());
      // PowerDNS' own begins with a.misconfigured.dns.server.invalid
      expect(await resolver.resolveSoa(fqdn)).toMatchObject({
        ...{ nsname: servers[0], hostmaster: `hostmaster.${fqdn}`, minttl: 60 },
      });
      await expect(resolver.resolve4('omani.works')).rejects.toMatchObject({ code: 'EREFUSED' });
      const { serial } = await resolver.resolveSoa(fqdn);
      expect(serial).toBeGreaterThan(2_026_000_000);
      // what the cluster does every ten minutes: the same addresses are no change
      const again = ['create', 'job', 'zone-again', '--from=cronjob/zone-sync', '-n', 'powerdns'];
      await kubectlText(lab().kubeconfigs.sovereign, again);
      const done = ['wait', 'job/zone-again', '-n', 'powerdns', '--for=condition=complete', '--timeout=60s'];
      await kubectlText(lab().kubeconfigs.sovereign, done);
      expect((await resolver.resolveSoa(fqdn)).serial).toBe(serial);
    },
  );

  test('the real sealed-secrets controller opens what its own tool seals, for that name and namespace alone', async () => {
    // the ticket's proof had one opened that catalyst sealed
    expect(isRunning(lab(), 'sealed-secrets')).toBe(true);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'sealed', namespace: 'default' } };
    const sealed = await kubeseal(lab().kubeconfigs.sovereign, { ...secret, stringData: { word: 'unsealed' } });
    const elsewhere = { ...sealed, metadata: { name: 'stolen', namespace: 'default' } };
    await apply(lab().kubeconfigs.sovereign, sealed);
    await apply(lab().kubeconfigs.sovereign, elsewhere);
    try {
      const word = () =>
        kubectlText(lab().kubeconfigs.sovereign, ['get', 'secret', 'sealed', '-o', 'jsonpath={.data.word}']);
      await until(async () => Buffer.from(await word(), 'base64').toString() === 'unsealed');
      const synced = "jsonpath={.status.conditions[?(@.type=='Synced')].status}";
      await until(
        async () =>
          (await kubectlText(lab().kubeconfigs.sovereign, ['get', 'sealedsecret', 'stolen', '-o', synced])) === 'False',
      );
      await expect(kubectlText(lab().kubeconfigs.sovereign, ['get', 'secret', 'stolen'])).rejects.toThrow(/not found/);
    } finally {
      await kubectlText(lab().kubeconfigs.sovereign, ['delete', 'sealedsecret', 'sealed', 'stolen']);
      await until(
        async () => (await kubectlText(lab().kubeconfigs.sovereign, ['get', 'secrets', '-o', 'name'])) === '',
      );
    }
  });

  test('the real external-secrets controller made what the ticket asked of OpenBao, and tells what is not there', async () => {
    expect(isRunning(lab(), 'external-secrets')).toBe(true);
    const missing = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'missing', namespace: 'default' },
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'openbao' },
        data: [{ secretKey: 'word', remoteRef: { key: 'not/there', property: 'word' } }],
      },
    };
    await apply(lab().kubeconfigs.sovereign, missing);
    const asked = ['externalsecret', 'missing', '-o', "jsonpath={.status.conditions[?(@.type=='Ready')].reason}"];
    try {
      await until(
        async () => (await kubectlText(lab().kubeconfigs.sovereign, ['get', ...asked])) === 'SecretSyncedError',
      );
      // words of the program itself, which our own has not
      const events = await kubectlText(lab().kubeconfigs.sovereign, ['get', 'events', '-o', 'jsonpath={..message}']);
      expect(events).toContain('error processing spec.data[0] (key: not/there)');
    } finally {
      await kubectlText(lab().kubeconfigs.sovereign, ['delete', 'externalsecret', 'missing']);
    }
  });

  test.skipIf(!hasTraefik)(
    'Traefik itself shows the certificate of the wildcard, reaches the console, and has nothing to say against our objects',
    async () => {
      const folder = sovereignFolder(lab());
      expect(isRunning(lab(), 'traefik')).toBe(true);
      expect((await overTls(lab(), `console.${fqdn}`)).status).toBe(302);
      const console = await overTls(lab(), `console.${fqdn}`, '/sovereign/');
      expect(console).toMatchObject({ status: 200, text: expect.stringContaining('src="/sovereign/assets/') });
      expect(console.names).toContain(`*.${fqdn}`);
      const written = () => readFileSync(join(folder, 'log', 'traefik.log'), 'utf8');
      const before = written().length;
      // any change of a route makes it read all objects anew
      await apply(lab().kubeconfigs.sovereign, anotherRoute);
      try {
        await until(async () => (await overTls(lab(), `again.${fqdn}`)).status === 200);
        const said = written().slice(before).split('\n');
        expect(said.filter((line) => / (ERR|WRN|FTL) /.test(line))).toEqual([]);
      } finally {
        const { kind, metadata } = anotherRoute;
        await kubectlText(lab().kubeconfigs.sovereign, ['delete', kind, metadata.name, '-n', metadata.namespace]);
      }
    },
  );

  test.runIf(runsScripts)('scripts of Jobs ran as they stand, and what they said is what catalyst read', () => {
    const folder = join(sovereignFolder(lab()), 'scripts');
    const texts = (job: string, file: string) =>
      readdirSync(folder).flatMap((one) =>
        one.startsWith(`${job}-`) ? [readFileSync(join(folder, one, file), 'utf8')] : [],
      );
    expect(texts('probe-openbao-write', 'said')).toContain('{"written":"catalyst-probes/value"}');
    expect(texts('probe-openbao-status', 'said').join()).toContain('"sealed":false');
    expect(texts('zone-bootstrap', 'log/output.log').join()).toMatch(/zone omantel\.omani\.works\. points at [\d.]+/);
  });
}

const anotherRoute = {
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'IngressRoute',
  metadata: { name: 'again', namespace: 'catalyst-system' },
  spec: {
    entryPoints: ['websecure'],
    routes: [{ kind: 'Rule', match: `Host(\`again.${fqdn}\`)`, services: [{ name: 'catalyst-ui', port: 'http' }] }],
    tls: {},
  },
};

/** One request as a visitor makes it, who finds the name by the DNS and trusts the authorities of the lab. */
async function overTls(
  { spec }: LabInfo,
  name: string,
  path = '/',
): Promise<{ status: number; text: string; names: string[] }> {
  const { resolver, connectTo, caBundle } = parseSpec(readFileSync(spec, 'utf8'), spec).spec.access;
  const dialer = createDialer({ connectTo, resolver, caBundle });
  const http = createHttp({ dialer, signal: AbortSignal.timeout(60_000) });
  const { status, text, certificate } = await http({ url: `https://${name}${path}` });
  return { status, text, names: certificate?.sans ?? [] };
}
