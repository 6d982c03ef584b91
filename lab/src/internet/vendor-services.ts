/** The vendors of the internet that answer over HTTPS: the public registries, and the services that report a caller's address. */
import type { Clock } from 'catalyst/support/clock.js';
import type { CertificateAndKey } from '../certificates.js';
import { openRegistries } from '../images/registries.js';
import { startAddressService } from '../requests/address-service.js';
import type { Faults } from '../requests/faults.js';
import type { LabServer } from '../requests/http-server.js';
import type { RequestLog } from '../requests/request-log.js';
import type { Vendor } from './lab-internet.js';
import { addressService, packageAddress } from './vendors.js';

export interface VendorServices {
  vendors: readonly Vendor[];
  close(): Promise<void>;
}

export async function startVendorServices(options: {
  /** Signs what they show. */
  authority: CertificateAndKey;
  packages: { server: LabServer; repositories: readonly string[] };
  /** Of the public registries: `user:password` by host. */
  logins: ReadonlyMap<string, string>;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<VendorServices> {
  const { authority, log, faults, clock } = options;
  const tools = { authority, log, faults, clock };
  const registries = await openRegistries(options);
  const [ipv4, ipv6] = await Promise.all([
    startAddressService({ ...tools, family: 'ipv4' }),
    startAddressService({ ...tools, family: 'ipv6' }),
  ]);
  return {
    vendors: [
      { names: [addressService.name], ...addressService, https: (family) => (family === 'ipv4' ? ipv4 : ipv6).port },
      { names: registries.hosts, ipv4: packageAddress, https: () => registries.port },
    ],
    close: async () => void (await Promise.all([registries.close(), ipv4.close(), ipv6.close()])),
  };
}
