/** The service that tells a caller its address (https://ip.hetzner.com), by its name and over TLS. */
import type { Clock } from 'catalyst/support/clock.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';
import { callerAddresses } from '../internet/internet.js';
import { addressService } from '../internet/vendors.js';
import type { Faults } from './faults.js';
import { type LabServer, serve } from './http-server.js';
import type { RequestLog } from './request-log.js';

/** @param options.family of the address that it is called by, and which it tells */
export async function startAddressService(options: {
  family: 'ipv4' | 'ipv6';
  authority: CertificateAndKey;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<LabServer> {
  const { authority, family, ...tools } = options;
  const { certificate, key } = await issueCertificate(
    { commonName: addressService.name, dnsNames: [addressService.name] },
    authority,
  );
  return serve({
    ...tools,
    name: 'address',
    tls: { cert: certificate, key },
    handler: () => ({ status: 200, body: `${callerAddresses[family]}\n` }),
  });
}
