/** The pool-domain-manager: who holds which name below a pool domain. Its release also drops zone and delegation, so it is not offered here. */
import { z } from 'zod';
import { fail } from '../support/errors/errors.js';
import type { Http, HttpAnswer } from '../tools/http/http.js';
import { jsonOf } from '../tools/http/http-json.js';
import type { MotherLook } from './mother-dns.js';
import { basicAuth, eitherWay, loginOf } from './service-access.js';

export interface Allocation {
  poolDomain: string;
  subdomain: string;
  state: string;
  sovereignFQDN?: string;
  createdBy?: string;
}

const shape = z.object({
  allocations: z
    .array(
      z.object({
        poolDomain: z.string(),
        subdomain: z.string(),
        state: z.string(),
        sovereignFQDN: z.string().optional(),
        createdBy: z.string().optional(),
      }),
    )
    .nullish(),
});

/**
 * All allocations of a pool domain, without their reservation tokens; undefined for a domain that is none of its pools. Throws E5004
 * when it cannot be asked, E1302 when it refuses the login.
 */
export async function listAllocations(http: Http, endpoint: string, domain: string): Promise<Allocation[] | undefined> {
  const url = `${endpoint.replace(/\/$/, '')}/api/v1/pool/${domain}/list`;
  const answer = await http({ url, timeoutMs: 20_000, again: true });
  if (answer.status === 422 && answer.text.includes('unsupported-pool')) return undefined;
  if (answer.status === 401 || answer.status === 403)
    throw fail(
      'E1302',
      `The proxy in front of the pool-domain-manager at ${endpoint} requires a login, or rejected it (${answer.status}).`,
      {
        actions: [
          'set spec.mother.poolDomainManager.basicAuthSecret to a Secret on the mother with username and password',
          'or set spec.mother.poolDomainManager.access to serviceProxy',
        ],
      },
    );
  if (answer.status !== 200) throw fail('E5004', `The pool-domain-manager answered ${answer.status} to ${url}.`);
  const { allocations } = jsonOf(answer, `The pool-domain-manager at ${endpoint}`, shape);
  return (allocations ?? []).map(({ poolDomain, subdomain, state, sovereignFQDN, createdBy }) => ({
    poolDomain,
    subdomain,
    state,
    sovereignFQDN,
    createdBy,
  }));
}

/** The same, on the way that the spec names. Throws E1301 where the login is not to be had. */
export async function poolAllocations(
  { sovereign, http, mother }: Pick<MotherLook, 'sovereign' | 'http' | 'mother'>,
  domain: string,
): Promise<Allocation[] | undefined> {
  const { endpoint, basicAuthSecret, access, service } = sovereign.spec.mother.poolDomainManager;
  const field = 'spec.mother.poolDomainManager.basicAuthSecret';
  const login = basicAuthSecret === undefined ? undefined : await loginOf(await mother(), basicAuthSecret, field);
  const headers: Record<string, string> = login ? { authorization: basicAuth(login) } : {};
  const what = `The pool-domain-manager at ${endpoint}`;
  const send = eitherWay({ what, access, service, way: { endpoint }, http, mother, isStopped });
  return listAllocations((request) => send({ ...request, headers }), endpoint, domain);
}

/** It asks for no login itself, and every answer of its own is JSON. */
const isStopped = ({ status, text }: HttpAnswer) =>
  [401, 403, 502, 503, 504].includes(status) || (status === 404 && !text.trim().startsWith('{'));
