/** The pool-domain-manager of the mother: who holds which name below a pool domain, told to anybody (facts/platform.md §3). */
import type { LabHandler, LabResponse } from '../../requests/http-server.js';

export interface Allocation {
  poolDomain: string;
  subdomain: string;
  state: 'reserved' | 'active';
  reservedAt: string;
  sovereignFQDN?: string;
  loadBalancerIP?: string;
  createdBy?: string;
}

export interface PoolDomainManager {
  handler: LabHandler;
  add(row: Allocation): void;
}

/** DYNADOT_MANAGED_DOMAINS of upstream's default. */
export const pools = ['openova.io', 'omani.works'];
const json = (status: number, body: object): LabResponse => ({ status, body });

export function createPoolDomainManager(): PoolDomainManager {
  const rows: Allocation[] = [];
  const handler: LabHandler = ({ method, path }) => {
    if (path === '/healthz') return json(200, { status: 'ok', managedDomains: pools, registrars: ['dynadot'] });
    const pool = /^\/api\/v1\/pool\/([^/]+)\/list$/.exec(path)?.[1];
    if (!pool) return json(404, { error: 'not found' });
    if (method !== 'GET') return json(405, { error: 'method not allowed' });
    // handler.go of upstream b8d7a8b, List: ErrUnmanagedDomain
    if (!pools.includes(pool))
      return json(422, { error: 'unsupported-pool', detail: `pool domain ${pool} is not managed by OpenOva` });
    return json(200, { poolDomain: pool, allocations: rows.filter((row) => row.poolDomain === pool) });
  };
  return { handler, add: (row) => void rows.push(row) };
}
