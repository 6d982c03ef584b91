/** A recursive name server on a loopback port. */
import type { Recursive } from '../internet/recursive.js';
import type { Faults } from '../requests/faults.js';
import type { RequestLog } from '../requests/request-log.js';
import { type DnsServer, startDns } from './dns.js';
import { createZones } from './zones.js';

export interface ResolverOptions {
  log: RequestLog;
  faults: Faults;
  recursive: Recursive;
  /** In the request log. */
  name: string;
  /** False for programs that run on this machine and would call an address, which belongs to others here, as soon as they learn it. */
  tellsAddresses?: boolean;
}

export function startResolver({ recursive, tellsAddresses = true, ...rest }: ResolverOptions): Promise<DnsServer> {
  const nothing = createZones(() => new Date(0));
  return startDns({
    ...rest,
    zones: () => nothing,
    async recursive({ name, type }) {
      if (!tellsAddresses && (type === 'A' || type === 'AAAA'))
        return { rcode: 'REFUSED', answers: [], authorities: [] };
      return recursive.resolve(name, type);
    },
  });
}
