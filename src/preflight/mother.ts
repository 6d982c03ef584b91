/** The mother cluster: reachable, catalyst-api found, the protected pages answer, and its DNS answers for the parent zone. */
import type { Kube } from '../kubernetes/client/kube.js';
import { findChildZone, removalOf, requireOwnContent, requireOwnDelegation } from '../mother/child-zone.js';
import { discoverCatalyst } from '../mother/discover.js';
import { type MotherLook, openMotherDns } from '../mother/mother-dns.js';
import { poolAllocations } from '../mother/pool-domain-manager.js';
import { isProtectedNamespace, parentZoneOf, protectedPages } from '../mother/protected/protected-set.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import { command } from '../support/commands/command.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { proxyActions } from '../tools/dialer/proxy-refusal.js';
import type { DnsQuery } from '../tools/dns/dns.js';
import type { Http } from '../tools/http/http.js';
import type { Check } from './check.js';

export interface MotherCheckOptions {
  sovereign: Sovereign;
  mother: () => Promise<Kube>;
  http: Http;
  dns: DnsQuery;
  credentials: MotherLook['credentials'];
}

export function motherChecks(options: MotherCheckOptions): Check[] {
  const { sovereign, mother, http, dns } = options;
  const { spec } = sovereign;
  const zone = parentZoneOf(sovereign);
  const checks: Check[] = [
    {
      id: 'mother',
      title: `the mother cluster ${spec.mother.name} answers, and catalyst-api and the demos are found`,
      silent: [
        'check --mother-kubeconfig (CATALYST_MOTHER_KUBECONFIG), and that port 6443 of the mother can be reached',
      ],
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
          actions: [
            ...proxyActions(told),
            'look at the mother cluster first: its demos must run before catalyst starts',
          ],
        });
      },
    },
    {
      id: 'parent-dns',
      title: `the servers of ${zone} answer authoritatively`,
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
  return [...checks, ...zoneChecks(options)];
}

/** The zones that catalyst writes: the parent's, and the mother's own zone of this name, which is in the way. */
function zoneChecks(look: MotherCheckOptions): Check[] {
  const { sovereign } = look;
  const { fqdn, mother, pool } = sovereign.spec;
  const zone = parentZoneOf(sovereign);
  const silent = ['set spec.mother.powerdns.endpoint', 'or set spec.mother.powerdns.access to serviceProxy'];
  return [
    {
      id: 'parent-zone-access',
      title: `the zone ${zone} can be read through PowerDNS`,
      silent,
      async look() {
        const dns = await openMotherDns(look);
        const records = await dns.zone(zone);
        const way = dns.server.service ? ", through the mother's API server" : '';
        if (records) return `${records.length} record sets${way}`;
        throw fail('E5004', `PowerDNS at ${mother.powerdns.endpoint} has no zone ${zone}.`, {
          actions: ['set spec.parentZone.zone or spec.pool.domain'],
        });
      },
    },
    {
      id: 'child-zone',
      title: `nothing on the mother prevents delegating ${fqdn}`,
      silent,
      async look() {
        const dns = await openMotherDns(look);
        const { nameservers } = mother.powerdns;
        requireOwnDelegation((await dns.zone(zone)) ?? [], { zone, fqdn, nameservers });
        const pooled = pool && (await poolAllocations(look, pool.domain).catch(messageOf));
        const child = await findChildZone(dns, sovereign, Array.isArray(pooled) ? pooled : []);
        if (!child) return `the mother has no zone ${fqdn}`;
        requireOwnContent(child);
        const unread = typeof pooled === 'string' ? ` Who holds the name in the pool could not be read: ${pooled}` : '';
        return {
          warn: `The mother has its own zone ${fqdn}, and its name servers answer from it. #373 ${removalOf(child, fqdn)}.${unread}`,
          remedy: [
            `nothing to change: a run asks for the name first, or takes --confirm ${fqdn}`,
            `to put it back later: ${command('cluster destroy', { 'restore-zone': true })}, or ${command('handover abort', { 'restore-zone': true })}`,
          ],
        };
      },
    },
  ];
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
    return answer.authoritative ? { server } : { server, problem: 'does not answer authoritatively' };
  } catch (error) {
    return { server, problem: messageOf(error) };
  }
}
