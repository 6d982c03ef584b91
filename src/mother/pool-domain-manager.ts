/** The pool-domain-manager: who holds which name below a pool domain. Its release also drops zone and delegation, so it is not offered here. */
import { z } from 'zod';
import { fail } from '../support/errors/errors.js';
import type { Http } from '../tools/http/http.js';
import { jsonOf } from '../tools/http/http-json.js';

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

/** All allocations of a pool domain; reservation tokens are left out. Throws E5004 when it cannot be asked. */
export async function listAllocations(http: Http, endpoint: string, domain: string): Promise<Allocation[]> {
  const url = `${endpoint.replace(/\/$/, '')}/api/v1/pool/${domain}/list`;
  const answer = await http({ url, timeoutMs: 20_000 });
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
