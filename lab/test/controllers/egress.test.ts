import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { allowedNames, blockPolicy } from '../../../src/verification/experiment/egress/block-policy.js';
import { denyPolicy, unknownNames } from '../../../src/verification/experiment/egress-objects.js';
import { egressTo, reachesResolver } from '../../src/controllers/network/egress.js';

const place = { host: '127.0.0.1', port: 9 };
const addresses: Record<string, string> = { 'console.mother.example': '192.0.2.10', 'other.example': '192.0.2.20' };

/** A lab that holds these policies and these names in coredns-custom. */
function labOf(policies: KubeObject[], names: Record<string, string> = {}) {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns-custom' }, data: names };
  return {
    store: { list: () => policies, get: () => map },
    world: {
      outside: { resolve: async (host: string) => [addresses[host] ?? []].flat(), arrive: () => place.port },
    },
  } as unknown as Parameters<typeof egressTo>[0];
}
const policy = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumClusterwideNetworkPolicy',
  metadata: { name: 'p' },
  spec,
});

const run = {
  fqdn: 'a.example',
  runId: 'run-1',
  process: { pid: 1, started: '', pids: '', boot: '', machine: '' },
  until: new Date(0),
};

describe('egress of the emulated Sovereign', () => {
  it('is free without a policy, for names that are known', async () => {
    expect(await egressTo(labOf([]), 'other.example', 443)).toEqual({ addresses: ['192.0.2.20'], place });
    expect(await egressTo(labOf([]), 'unknown.example', 443)).toEqual({ addresses: [] });
  });

  it('is cut by our block to what it names, and to nothing else', async () => {
    const lab = labOf([denyPolicy(run, ['192.0.2.10', '2001:db8::1'])]);
    expect(await egressTo(lab, 'console.mother.example', 443)).toEqual({ addresses: ['192.0.2.10'] });
    expect((await egressTo(lab, 'other.example', 443)).place).toEqual(place);
  });

  it('is cut to everything by a deny that leaves the default deny on, as Cilium does', async () => {
    const { enableDefaultDeny: _, ...spec } = denyPolicy(run, ['192.0.2.10']).spec;
    expect((await egressTo(labOf([policy(spec)]), 'other.example', 443)).place).toBeUndefined();
  });

  it('has no address for a name that CoreDNS is told not to know', async () => {
    const lab = labOf([], { 'x.server': unknownNames(['console.mother.example', 'github.com'], run.runId) });
    expect(await egressTo(lab, 'console.mother.example', 443)).toEqual({ addresses: [] });
    expect((await egressTo(lab, 'other.example', 443)).place).toEqual(place);
  });

  it('leads to what the list of a window has, at the addresses that it fixes, and no other name resolves', async () => {
    const allowed = [
      { as: 'source' as const, host: 'other.example', addresses: ['192.0.2.20'], namedBy: [] },
      { as: 'own' as const, addresses: ['203.0.113.10'], namedBy: [] },
    ];
    const names = allowedNames(allowed, { fqdn: 'a.example', nameServers: ['203.0.113.10'], runId: 'run-1' });
    const lab = labOf([blockPolicy(run, allowed)], { 'x.server': names });
    expect(await egressTo(lab, 'other.example', 443)).toEqual({ addresses: ['192.0.2.20'], place });
    expect(await egressTo(lab, 'console.mother.example', 443)).toEqual({ addresses: [] });
    expect((await egressTo(lab, '192.0.2.10', 443)).place).toBeUndefined();
    expect(reachesResolver(lab, '1.1.1.1')).toBe(false);
    expect(reachesResolver(labOf([]), '1.1.1.1')).toBe(true);
    // this machine's own ports stand for public addresses, and need to be listed like these
    expect((await egressTo(lab, '127.0.0.1', 8080)).place).toBeUndefined();
    expect((await egressTo(labOf([]), '127.0.0.1', 8080)).place).toEqual({ host: '127.0.0.1', port: 8080 });
    // the own zone is asked at the own servers
    addresses['console.a.example'] = '203.0.113.10';
    expect(await egressTo(lab, 'console.a.example', 443)).toEqual({ addresses: ['203.0.113.10'], place });
  });
});
