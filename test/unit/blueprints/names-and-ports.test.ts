/** What Hetzner's load balancer, its firewall and the zone assume of the tree, joined with what the tree has. */
import { describe, expect, it } from 'vitest';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { firewallRules, services } from '../../../src/hetzner/cluster/parts.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { loadBalancerRef } from '../../../src/kubernetes/load-balancer-addresses.js';
import { blueprints, omantel } from './rig.js';

interface Port {
  nodePort: number;
  proxyProtocol?: { trustedIPs: string[] };
  transport?: { respondingTimeouts: { readTimeout: string } };
}

describe.each(['solo', 'ha'] as const)('in the profile %s', (profile) => {
  const tree = async () => {
    const sovereign = omantel(() => ({ profile }));
    const objects = renderTree(sovereign, await blueprints())
      .folders.flatMap(({ files }) => files)
      .flatMap(({ objects }) => objects);
    const find = (kind: string, name: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name) as KubeObject & {
        data: Record<string, string>;
      };
    return { sovereign, find, traefik: find('HelmRelease', 'bp-traefik').spec.values };
  };

  it('the load balancer hands visitors to ports that Traefik has on the very nodes that are its targets', async () => {
    const { sovereign, traefik } = await tree();
    const ports = [traefik.ports.web, traefik.ports.websecure] as Port[];
    const visitors = services.filter(({ listen_port }) => listen_port !== 6443);
    expect(visitors.map((one) => [one.destination_port, one.health_check.port])).toEqual(
      ports.map((one) => [one.nodePort, one.nodePort]),
    );
    expect(traefik.service.spec).toEqual({ type: 'NodePort', externalTrafficPolicy: 'Local' });
    expect(traefik.deployment.kind).toBe('DaemonSet');
    expect(Object.keys(traefik.nodeSelector)).toEqual(['node-role.kubernetes.io/control-plane']);
    // who sends the header and who believes it
    expect(visitors.every(({ proxyprotocol }) => proxyprotocol)).toBe(true);
    for (const port of ports) expect(port.proxyProtocol?.trustedIPs).toEqual([sovereign.spec.hetzner.network.subnet]);
  });

  it('what the firewall lets in is what listens at a node itself', async () => {
    const { find } = await tree();
    const open = firewallRules().flatMap(({ protocol, port }) => (port ? [`${protocol} ${port}`] : []));
    const hostPorts = (
      find('DaemonSet', 'dnsdist').spec.template.spec.containers as {
        ports: { hostPort: number; protocol: string }[];
      }[]
    )
      .flatMap(({ ports }) => ports)
      .map(({ hostPort, protocol }) => `${protocol.toLowerCase()} ${hostPort}`);
    expect(open.sort()).toEqual([...hostPorts, 'tcp 6443'].sort());
  });

  it('a body of four hours is not cut', async () => {
    const { traefik } = await tree();
    expect(traefik.ports.websecure.transport.respondingTimeouts.readTimeout).toBe('4h');
    // it has a timeout of its own, of 60 s
    expect(traefik.providers.kubernetesIngressNGINX?.enabled ?? false).toBe(false);
  });

  it('the zone is written from the record that the step cluster makes, and by nobody who may read more', async () => {
    const { find } = await tree();
    expect(find('ConfigMap', 'zone-sync').data['zone-sync.sh']).toContain(
      `-n ${loadBalancerRef.namespace} get configmap ${loadBalancerRef.name}`,
    );
    expect((find('Role', 'catalyst-zone-sync') as unknown as { rules: object[] }).rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [loadBalancerRef.name], verbs: ['get'] },
    ]);
  });

  it('dnsdist starts without the Service powerdns and follows it to another address', async () => {
    const { find } = await tree();
    const config = find('ConfigMap', 'dnsdist').data['dnsdist.conf'];
    expect(config).not.toContain('os.getenv');
    expect(config).toContain("getAddressInfo('powerdns.powerdns.svc.cluster.local.', follow)");
    expect(config).toContain('AndRule({QTypeRule(DNSQType.ANY), TCPRule(false)}), TCAction()');
  });

  it('the pool-domain-manager makes a zone of this Sovereign at its start, and none of those that are its default', async () => {
    const { sovereign, find } = await tree();
    const [container] = find('Deployment', 'pool-domain-manager').spec.template.spec.containers as {
      env: { name: string; value?: string }[];
    }[];
    const managed = container!.env.filter(({ name }) => name === 'DYNADOT_MANAGED_DOMAINS');
    expect(managed).toEqual([{ name: 'DYNADOT_MANAGED_DOMAINS', value: sovereign.spec.fqdn }]);
  });

  it('members of PowerDNS keep nothing that another one may have changed', async () => {
    const { find } = await tree();
    const lines = String(find('HelmRelease', 'bp-powerdns').spec.values.powerdns.additionalConfig).trim().split('\n');
    for (const cache of ['cache-ttl', 'query-cache-ttl', 'negquery-cache-ttl']) expect(lines).toContain(`${cache}=0`);
    expect(lines).toContain('default-soa-content=ns1.omantel.omani.works hostmaster.@ 0 10800 3600 604800 60');
  });
});
