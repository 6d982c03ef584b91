/** The address that Cilium was given is dialed, with the names in the certificate: what a wrong one leads to. */
import { expect, test } from 'vitest';
import { issueCertificate } from '../../src/certificates.js';
import { type ApiPlaces, whyNobodyAnswers, whyNotTrusted } from '../../src/clusters/api-address.js';
import type { LabNode } from '../../src/controllers/world.js';
import { createKubernetesApi } from '../../src/kubernetes/requests/api.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';

const cp1: LabNode = { name: 'cp1', address: '10.0.1.3', publicAddress: '203.0.113.11', role: 'control-plane' };
const w1: LabNode = { name: 'w1', address: '10.0.1.4', publicAddress: '203.0.113.12', role: 'worker' };

/** A load balancer that took the first address of the subnet, as one that is created in a network does. */
const places = (target = cp1.address): ApiPlaces => ({
  nodes: () => [cp1, w1],
  balancers: () => [
    {
      private_net: [{ network: 1, ip: '10.0.1.2' }],
      public_net: {
        enabled: true,
        ipv4: { ip: '203.0.113.10', dns_ptr: null },
        ipv6: { ip: '2001:db8::1', dns_ptr: null },
      },
      services: [{ listen_port: 6443, destination_port: 6443 }] as never,
      targets: [{ type: 'server', server: { id: 1, ip: target } }] as never,
    },
  ],
});

const refused = 'connect: connection refused';
test.each<[string, number, LabNode, string | undefined]>([
  ['127.0.0.1', 6444, cp1, undefined],
  ['127.0.0.1', 6444, w1, undefined],
  ['127.0.0.1', 6443, cp1, undefined],
  ['127.0.0.1', 6443, w1, refused],
  ['10.0.1.3', 6443, w1, undefined],
  ['10.0.1.3', 6444, w1, refused],
  ['10.0.1.4', 6443, w1, refused],
  ['10.0.1.2', 6443, w1, undefined],
  ['10.0.1.2', 6444, w1, refused],
  ['10.0.1.9', 6443, w1, 'i/o timeout'],
])('%s:%i answers as k3s listens', (host, port, from, why) => {
  const answer = whyNobodyAnswers(places(), from, host, port);
  expect(answer).toBe(why && `dial tcp ${host}:${port}: ${why}`);
});

test('a load balancer answers for a control plane that it leads to', () => {
  expect(whyNobodyAnswers(places('10.0.1.7'), w1, '10.0.1.2', 6443)).toContain(refused);
});

test('the certificate must name the address: that of the load balancer is none of the server by itself', async () => {
  const ca = await issueCertificate({ commonName: 'Lab Root', isAuthority: true });
  const api = await createKubernetesApi({
    name: 'sovereign',
    log: createRequestLog(),
    faults: createFaults(),
    ca,
    ipAddresses: ['10.0.1.3'],
  });
  try {
    expect(await whyNotTrusted(api, '127.0.0.1')).toBeUndefined();
    expect(await whyNotTrusted(api, '10.0.1.3')).toBeUndefined();
    expect(await whyNotTrusted(api, '10.0.1.2')).toMatch(
      /^tls: failed to verify certificate: x509: certificate is valid for .*10\.0\.1\.3.*, not 10\.0\.1\.2$/,
    );
    const other = await issueCertificate({ commonName: 'Another Root', isAuthority: true });
    const kubeconfig = () =>
      api
        .kubeconfig()
        .replace(/(certificate-authority-data: ).*/, `$1${Buffer.from(other.certificate).toString('base64')}`);
    expect(await whyNotTrusted({ port: api.port, kubeconfig }, '127.0.0.1')).toMatch(/certificate|signature/);
  } finally {
    await api.close();
  }
});
