/** Rules between fields, which a schema of single fields cannot say. */
import { ipv4Size } from '../../../support/addresses/ipv4.js';
import { networkIn, networksOf } from '../../../support/addresses/networks.js';
import { nameConflict } from '../protected-names.js';
import type { Sovereign } from '../schema.js';

export interface CrossFinding {
  path: string[];
  message: string;
}

export function checkSpec(sovereign: Sovereign): CrossFinding[] {
  const { spec } = sovereign;
  const findings: CrossFinding[] = [];
  const conflict = nameConflict(sovereign);
  if (conflict !== undefined)
    findings.push({ path: ['spec', 'fqdn'], message: `is not allowed for a Sovereign: ${conflict}` });
  const { pool } = spec;
  const expected = pool ? `${pool.subdomain}.${pool.domain}` : spec.fqdn;
  if (spec.fqdn !== expected) {
    findings.push({ path: ['spec', 'fqdn'], message: `must be pool.subdomain.pool.domain, which is ${expected}` });
  }
  const { controlPlane, workers, network } = spec.hetzner;
  for (const name of ['cidr', 'subnet'] as const) {
    if (!isCidr(network[name])) {
      findings.push({
        path: ['spec', 'hetzner', 'network', name],
        message: 'must be an IPv4 range such as 10.0.0.0/16',
      });
    }
  }
  if (isCidr(network.cidr) && isCidr(network.subnet) && !contains(network.cidr, network.subnet)) {
    findings.push({ path: ['spec', 'hetzner', 'network', 'subnet'], message: `must lie inside ${network.cidr}` });
  }
  // Of each subnet, the lowest and the highest address are nobody's; the gateway and the load balancer have one each.
  const room = isCidr(network.subnet) ? ipv4Size(network.subnet) - 4 : Number.POSITIVE_INFINITY;
  if (controlPlane.count + workers.count > room) {
    findings.push({
      path: ['spec', 'hetzner', 'network', 'subnet'],
      message: `has room for ${Math.max(0, room)} servers; the spec has ${controlPlane.count + workers.count}`,
    });
  }
  const rules: { port?: number; to: string }[] = spec.access.connectTo;
  rules.forEach((rule, index) => {
    const port = Number(rule.to.split(':').at(-1));
    if (port < 1 || port > 65535) {
      findings.push({
        path: ['spec', 'access', 'connectTo', String(index), 'to'],
        message: `port ${port} does not exist`,
      });
    }
    if (rule.port === undefined && !rule.to.startsWith('socks5://')) {
      findings.push({
        path: ['spec', 'access', 'connectTo', String(index), 'port'],
        message: 'is missing; only a rule with a SOCKS proxy can apply to every port',
      });
    }
  });
  return findings;
}

const isCidr = (text: string) => text.includes('/') && networkIn(text)?.family === 'ipv4';

function contains(outer: string, inner: string): boolean {
  const network = networkIn(inner)!;
  return network.bits >= networkIn(outer)!.bits && networksOf([outer])(network.base);
}
