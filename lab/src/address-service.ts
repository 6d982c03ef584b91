/** The service that tells a caller its address (https://ip.hetzner.com), by its name and over TLS. */
import type { Clock } from 'catalyst/support/clock.js';
import { type CertificateAndKey, issueCertificate } from './certificates.js';
import type { Faults } from './faults.js';
import { type LabServer, serve } from './http-server.js';
import type { RequestLog } from './request-log.js';

export const addressHost = 'ip.hetzner.com';

export async function startAddressService(options: {
  authority: CertificateAndKey;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<LabServer> {
  const { authority, ...tools } = options;
  const { certificate, key } = await issueCertificate({ commonName: addressHost, dnsNames: [addressHost] }, authority);
  return serve({
    ...tools,
    name: 'address',
    tls: { cert: certificate, key },
    handler: ({ raw }) => ({ status: 200, body: `${raw.socket.remoteAddress}\n` }),
  });
}
