/** The pool-domain-manager of the mother, with the quirks it has (facts/platform.md §3): no authentication, commit once, release by anybody. */
import { randomUUID } from 'node:crypto';
import type { Clock } from 'catalyst/support/clock.js';
import type { LabHandler, LabResponse } from '../../requests/http-server.js';
import { absolute, type Zones } from '../zones.js';

export interface Allocation {
  poolDomain: string;
  subdomain: string;
  state: 'reserved' | 'active';
  reservedAt: string;
  expiresAt?: string;
  reservationToken?: string;
  sovereignFQDN?: string;
  loadBalancerIP?: string;
  createdBy?: string;
}

export interface PoolDomainManager {
  handler: LabHandler;
  rows(): Allocation[];
  add(row: Allocation): void;
}

const reserved =
  'api admin console gitea harbor keycloak www mail smtp imap vpn openova catalyst docs status app system openbao vault flux k8s'.split(
    ' ',
  );
/** DYNADOT_MANAGED_DOMAINS of upstream's default. */
export const pools = ['openova.io', 'omani.works'];
const nameservers = ['ns1.openova.io.', 'ns2.openova.io.', 'ns3.openova.io.'];
const reservationMs = 600_000;
const json = (status: number, body: object): LabResponse => ({ status, body });

/** What a commit publishes in the zone of the Sovereign. */
const published = ['', '*.', 'console.', 'api.', 'gitea.', 'harbor.'];

function delegate(zones: Zones, pool: string, subdomain: string): void {
  zones.put(
    `${subdomain}.${pool}`,
    [{ name: absolute(`${subdomain}.${pool}`), type: 'NS', ttl: 3600, contents: nameservers }],
    { dnssec: true, soa_edit: 'INCEPTION-EPOCH', soaEdit: 'INCEPTION-EPOCH' },
  );
  setDelegation(zones, pool, subdomain, nameservers);
}

function undelegate(zones: Zones, pool: string, subdomain: string): void {
  zones.remove(`${subdomain}.${pool}`);
  setDelegation(zones, pool, subdomain, []);
}

function setDelegation(zones: Zones, pool: string, subdomain: string, contents: string[]): void {
  const parent = zones.get(pool);
  if (parent) zones.set(parent, { name: `${subdomain}.${pool}.`, type: 'NS', ttl: 3600, contents });
}

function reject(pool: string, subdomain: string): LabResponse | undefined {
  if (!pools.includes(pool)) return json(422, { error: 'unsupported-pool' });
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(subdomain)) return json(422, { error: 'invalid-format' });
  if (reserved.includes(subdomain)) return json(422, { error: 'reserved' });
  return undefined;
}

export function createPoolDomainManager(zones: Zones, clock: Clock): PoolDomainManager {
  const rows = new Map<string, Allocation>();
  const keyOf = (pool: string, subdomain: string) => `${subdomain}.${pool}`;
  const sweep = () => {
    for (const [key, row] of rows)
      if (row.expiresAt && Date.parse(row.expiresAt) < clock.now().getTime()) {
        rows.delete(key);
        undelegate(zones, row.poolDomain, row.subdomain);
      }
  };

  const check = (pool: string, subdomain: string): LabResponse => {
    const refused = reject(pool, subdomain);
    if (refused) return json(200, { available: false, reason: (refused.body as { error: string }).error });
    const row = rows.get(keyOf(pool, subdomain));
    if (row)
      return json(200, {
        available: false,
        reason: `${row.state}-state`,
        detail: `${row.state} since ${row.reservedAt}`,
      });
    return json(200, { available: true, fqdn: `${subdomain}.${pool}` });
  };
  const reserve = (pool: string, body: Record<string, string>): LabResponse => {
    const subdomain = body['subdomain'] ?? '';
    const refused = reject(pool, subdomain);
    if (refused) return refused;
    if (rows.has(keyOf(pool, subdomain))) return json(409, { error: 'conflict' });
    const now = clock.now();
    const row: Allocation = {
      poolDomain: pool,
      subdomain,
      state: 'reserved',
      reservedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + reservationMs).toISOString(),
      reservationToken: randomUUID(),
      createdBy: body['createdBy'],
    };
    rows.set(keyOf(pool, subdomain), row);
    delegate(zones, pool, subdomain);
    return json(201, row);
  };
  const commit = (pool: string, body: Record<string, string>): LabResponse => {
    const row = rows.get(keyOf(pool, body['subdomain'] ?? ''));
    if (!row) return json(404, { error: 'not-found' });
    // looked at before anything is written, so that a repeat cannot publish DNS again
    if (row.state === 'active') return json(409, { error: 'already-active' });
    if (row.reservationToken !== body['reservationToken']) return json(403, { error: 'token-mismatch' });
    const address = body['loadBalancerIP'] ?? '';
    Object.assign(row, { state: 'active', sovereignFQDN: body['sovereignFQDN'], loadBalancerIP: address });
    delete row.reservationToken;
    delete row.expiresAt;
    const zone = zones.get(`${row.subdomain}.${pool}`);
    if (!zone) return json(202, row);
    for (const label of published)
      zones.set(zone, { name: `${label}${zone.name}`, type: 'A', ttl: 300, contents: [address] });
    return json(200, row);
  };
  const release = (pool: string, subdomain: string): LabResponse => {
    if (!rows.delete(keyOf(pool, subdomain))) return json(404, { error: 'not-found' });
    undelegate(zones, pool, subdomain);
    return json(200, { freed: `${subdomain}.${pool}` });
  };

  const handler: LabHandler = (request) => {
    sweep();
    const { method, path, query } = request;
    if (path === '/healthz') return json(200, { status: 'ok', managedDomains: pools, registrars: ['dynadot'] });
    if (path === '/api/v1/reserved') return json(200, { reserved });
    const match = /^\/api\/v1\/pool\/([^/]+)\/(check|reserve|commit|release|list)$/.exec(path);
    if (!match) return json(404, { error: 'not found' });
    const [, pool = '', verb] = match;
    const body = bodyOf(String(request.body));
    const subdomain = body['subdomain'] ?? query.get('sub') ?? '';
    const object = subdomain ? `allocation ${subdomain}.${pool}` : undefined;
    const with_ = (response: LabResponse): LabResponse => ({ ...response, log: { object } });
    if (verb === 'check' && method === 'GET') return check(pool, subdomain);
    // handler.go of upstream b8d7a8b, List: ErrUnmanagedDomain
    if (verb === 'list' && method === 'GET' && !pools.includes(pool))
      return json(422, { error: 'unsupported-pool', detail: `pool domain ${pool} is not managed by OpenOva` });
    if (verb === 'list' && method === 'GET')
      return json(200, { poolDomain: pool, allocations: [...rows.values()].filter((row) => row.poolDomain === pool) });
    if (verb === 'reserve' && method === 'POST') return with_(reserve(pool, body));
    if (verb === 'commit' && method === 'POST') return with_(commit(pool, body));
    if (verb === 'release' && method === 'DELETE') return with_(release(pool, subdomain));
    return json(405, { error: 'method not allowed' });
  };
  return {
    handler,
    rows: () => [...rows.values()],
    add: (row) => void rows.set(keyOf(row.poolDomain, row.subdomain), row),
  };
}

function bodyOf(body: string): Record<string, string> {
  try {
    return JSON.parse(body || '{}') as Record<string, string>;
  } catch {
    return {};
  }
}
