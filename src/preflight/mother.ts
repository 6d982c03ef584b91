/** The mother cluster: reachable, catalyst-api found, the protected pages answer, and its DNS answers for the parent zone. */
import type { Kube } from '../kubernetes/client/kube.js';
import { discoverCatalyst } from '../mother/discover.js';
import { powerDnsKey, readPowerDns } from '../mother/powerdns.js';
import { isProtectedNamespace, parentZoneOf, protectedPages } from '../mother/protected/protected-set.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import { fail, messageOf } from '../support/errors/errors.js';
import type { DnsQuery } from '../tools/dns/dns.js';
import type { Http } from '../tools/http/http.js';
import type { Check } from './check.js';

export function motherChecks(options: {
  sovereign: Sovereign;
  mother: () => Promise<Kube>;
  http: Http;
  dns: DnsQuery;
  /** A PowerDNS key that was captured instead of read from the mother. */
  powerDnsKey: () => Promise<string | undefined>;
}): Check[] {
  const { sovereign, mother, http, dns } = options;
  const { spec } = sovereign;
  const zone = parentZoneOf(sovereign);
  const checks: Check[] = [
    {
      id: 'mother',
      title: `the mother cluster ${spec.mother.name} answers, and catalyst-api and the demos are found`,
      async look() {
        const kube = await mother();
        const found = await discoverCatalyst(kube, sovereign);
        const demos = (await kube.list({ apiVersion: 'v1', kind: 'Namespace' }))
          .map(({ metadata }) => metadata.name)
          .filter((name) => isProtectedNamespace(sovereign, name));
        if (demos.length === 0)
          throw fail(
            'E5001',
            `The cluster at ${kube.server} has none of the SME demos: it is not the mother ${spec.mother.name}.`,
            {
              actions: ['check --mother-kubeconfig (CATALYST_MOTHER_KUBECONFIG) and spec.mother.context'],
            },
          );
        const flux = found.kustomization ? `, owned by Kustomization ${found.kustomization.name}` : '';
        return `${kube.server}: Deployment ${found.namespace}/${found.deployment.name}${flux}, and the demos`;
      },
    },
    {
      id: 'protected-pages',
      title: 'the pages of the SME demos answer',
      async look() {
        const pages = protectedPages(sovereign);
        const broken = (await Promise.all(pages.map((url) => statusOf(http, url)))).filter(({ ok }) => !ok);
        if (broken.length === 0) return `${pages.length} pages`;
        const told = broken.map(({ url, seen }) => `${url}: ${seen}`).join('; ');
        throw fail('E5001', `Unhealthy before the first change: ${told}.`, {
          actions: ['look at the mother cluster first: its demos must run before catalyst starts'],
        });
      },
    },
    {
      id: 'parent-dns',
      title: `the servers of ${zone} answer with authority`,
      async look() {
        const servers = spec.mother.powerdns.nameservers;
        const told = await Promise.all(servers.map((server) => soaFrom(dns, server, zone)));
        const bad = told.filter(({ problem }) => problem !== undefined);
        if (bad.length === 0) return `${servers.length} servers`;
        const message = bad.map(({ server, problem }) => `${server}: ${problem}`).join('; ');
        if (bad.length < told.length) return { warn: message, remedy: ['check the other name servers of the zone'] };
        throw fail('E5004', `No server answers for ${zone}: ${message}.`, {
          actions: ['set spec.mother.powerdns.nameservers', 'or open port 53 (UDP and TCP) from here'],
        });
      },
    },
  ];
  if (spec.parentZone.provider !== 'powerdns') return checks;
  const { endpoint, secret } = spec.mother.powerdns;
  checks.push({
    id: 'parent-zone-access',
    title: `the zone ${zone} can be read through PowerDNS`,
    async look() {
      const apiKey = (await options.powerDnsKey()) ?? (await powerDnsKey(await mother(), secret));
      const records = await readPowerDns(http, { endpoint, apiKey }).zone(zone);
      if (records) return `${records.length} record sets`;
      throw fail('E5004', `PowerDNS at ${endpoint} has no zone ${zone}.`, { actions: ['set spec.pool.domain'] });
    },
  });
  return checks;
}

async function statusOf(http: Http, url: string): Promise<{ url: string; ok: boolean; seen: string }> {
  try {
    const { status } = await http({ url, timeoutMs: 10_000 });
    return { url, ok: status < 400, seen: String(status) };
  } catch (error) {
    return { url, ok: false, seen: messageOf(error) };
  }
}

async function soaFrom(dns: DnsQuery, server: string, zone: string): Promise<{ server: string; problem?: string }> {
  try {
    const answer = await dns({ server, name: zone, type: 'SOA', transport: 'udp', timeoutMs: 5000 });
    if (answer.rcode !== 'NOERROR') return { server, problem: answer.rcode };
    return answer.authoritative ? { server } : { server, problem: 'answers without authority' };
  } catch (error) {
    return { server, problem: messageOf(error) };
  }
}
