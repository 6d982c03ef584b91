/** The sovereign.yaml of a lab: complete for omantel, and nothing in it can be reached but the lab. */
import { acceptedParent } from 'catalyst/sovereign/spec/independence.js';
import { type ConnectTo, type Sovereign, sovereignSchema } from 'catalyst/sovereign/spec/schema.js';
import { publicResolvers } from './internet/vendors.js';
import { pools } from './servers/mother/pdm.js';

/** Has images that it gives to a login alone. */
export const privateRegistry = 'ghcr.io';
/** That goes with the lab's registry-token. */
export const registryUser = 'catalyst';

export interface LabAddresses {
  /** URLs. */
  hetzner: string;
  s3: string;
  /** `oci://…/charts` */
  mirror: string;
  /** `host:port` of the recursive name server. */
  resolver: string;
  /** `socks5://…`: the way to public addresses. */
  internet: string;
}

export interface LabSpecOptions {
  fqdn: string;
  /** Of the servers and of Object Storage. */
  location: string;
  addresses: LabAddresses;
  /** PEM. */
  ca: string;
  motherAddress: string;
}

/** What has a public address in a lab: the mother and vendors, Hetzner's servers, those beyond the first 245, and all over IPv6. */
const publicNetworks = [
  ...['192.0.2.0/24', '203.0.113.0/24', '198.18.0.0/15', '2001:db8::/32'],
  // no question of a lab leaves it
  ...publicResolvers.map((address) => `${address}/32`),
];

export function labSpec({ fqdn, location, addresses, ca, motherAddress }: LabSpecOptions): Sovereign {
  const [subdomain = '', ...rest] = fqdn.split('.');
  const domain = rest.join('.');
  const connectTo: ConnectTo[] = publicNetworks.map((host) => ({ host, to: addresses.internet }));
  return sovereignSchema.parse({
    apiVersion: 'cli.catalyst.openova.io/v1alpha1',
    kind: 'Sovereign',
    metadata: { name: subdomain },
    spec: {
      fqdn,
      ...(pools.includes(domain) ? { pool: { domain, subdomain } } : { parentZone: { zone: domain } }),
      organization: { name: 'Omantel', email: 'platform@omantel.om' },
      hetzner: {
        location,
        endpoint: addresses.hetzner,
        controlPlane: { count: 1 },
        workers: { count: 2 },
      },
      objectStorage: { location, endpoint: addresses.s3, bucketPrefix: `catalyst-${subdomain}` },
      mother: { name: 'contabo', addresses: [motherAddress] },
      charts: {
        mirror: addresses.mirror,
        insecure: true,
        secretRef: { name: 'registry-pull', hosts: [privateRegistry] },
      },
      independence: { accepted: [acceptedParent(domain)] },
      access: { resolver: addresses.resolver, connectTo, caBundle: ca },
    },
  });
}
