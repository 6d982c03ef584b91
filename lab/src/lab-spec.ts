/** The sovereign.yaml of a lab: complete for omantel, and nothing in it can be reached but the lab. */
import { type ConnectTo, type Sovereign, sovereignSchema } from 'catalyst/sovereign/spec/schema.js';
import { addressHost } from './address-service.js';

export interface LabAddresses {
  /** URLs. */
  hetzner: string;
  s3: string;
  /** `oci://…/charts` */
  mirror: string;
  /** `host:port` of what stands behind the public names and ports. */
  ingress: { http: string; https: string };
  motherIngress: { http: string; https: string };
  /** What answers as ip.hetzner.com. */
  address: string;
  api: string;
  ssh: string;
  dns: string;
  sovereignDns: string;
}

export interface LabSpecOptions {
  fqdn: string;
  addresses: LabAddresses;
  /** PEM. */
  ca: string;
  motherHosts: readonly string[];
  motherAddress: string;
}

export function labSpec({ fqdn, addresses, ca, motherHosts, motherAddress }: LabSpecOptions): Sovereign {
  const [subdomain = '', ...rest] = fqdn.split('.');
  const nameservers = ['ns1.openova.io', 'ns2.openova.io', 'ns3.openova.io'];
  const connectTo: ConnectTo[] = [
    ...[...motherHosts, motherAddress].flatMap((host) => [
      { host, port: 443, to: addresses.motherIngress.https },
      { host, port: 80, to: addresses.motherIngress.http },
    ]),
    ...[...nameservers, motherAddress].map((host) => ({ host, port: 53, to: addresses.dns })),
    { host: addressHost, port: 443, to: addresses.address },
    { port: 443, to: addresses.ingress.https },
    { port: 80, to: addresses.ingress.http },
    { port: 31443, to: addresses.ingress.https },
    { port: 31080, to: addresses.ingress.http },
    { port: 53, to: addresses.sovereignDns },
    { port: 6443, to: addresses.api },
    { port: 22, to: addresses.ssh },
  ];
  return sovereignSchema.parse({
    apiVersion: 'catalyst.openova.io/v1alpha1',
    kind: 'Sovereign',
    metadata: { name: subdomain },
    spec: {
      fqdn,
      pool: { domain: rest.join('.'), subdomain },
      organization: { name: 'Omantel', email: 'platform@omantel.om' },
      hetzner: {
        location: 'fsn1',
        endpoint: addresses.hetzner,
        controlPlane: { type: 'cx53', count: 1 },
        workers: { type: 'cx43', count: 2 },
        sshFrom: ['127.0.0.1/32'],
      },
      objectStorage: { location: 'fsn1', endpoint: addresses.s3, bucketPrefix: `catalyst-${subdomain}` },
      mother: { name: 'contabo', addresses: [motherAddress] },
      charts: { mirror: addresses.mirror, insecure: true },
      access: { connectTo, caBundle: ca },
    },
  });
}
