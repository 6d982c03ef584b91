/** The registries that Crossplane pulls packages from, as the world sees them: by their names, over TLS. Behind them is the lab's own. */
import type { Clock } from 'catalyst/support/clock.js';
import { type CertificateAndKey, issueCertificate } from './certificates.js';
import { passOn } from './engines/door.js';
import type { Faults } from './faults.js';
import { type LabServer, serve } from './http-server.js';
import type { RequestLog } from './request-log.js';

export interface PackageFront extends LabServer {
  hosts: readonly string[];
}

/** Public address of these names in the lab; nothing listens on it. */
export const packageAddress = '203.0.113.90';

export async function openPackageFront(options: {
  hosts: readonly string[];
  /** Signs what it shows. */
  authority: CertificateAndKey;
  registry: LabServer;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<PackageFront> {
  const { authority, registry, log, faults, clock } = options;
  const hosts = [...new Set(options.hosts)];
  const { certificate, key } = await issueCertificate(
    { commonName: hosts[0] ?? 'packages', dnsNames: hosts },
    authority,
  );
  const server = await serve({
    name: 'packages',
    tls: { cert: certificate, key },
    log,
    faults,
    clock,
    handler: (call) => passOn(call, registry.endpoint, { host: `${registry.host}:${registry.port}` }),
  });
  return { ...server, hosts };
}
