/** `catalyst lab fault`: breaks something in a running lab, by target and count or time. */
import type { Context } from 'catalyst/actions/session/context.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { callLab } from '../start/ensure.js';
import { runningLab } from '../start/up.js';
import { faultKinds } from './fault-kinds.js';
import { type ActiveFault, type Fault, type FaultRule, stateFaultKinds } from './faults.js';

export interface FaultRequest {
  /** One of the lab's faults, or `list` for all that there are; left out: what is on. */
  kind?: string;
  server?: string;
  method?: string;
  path?: string;
  target?: string;
  status?: number;
  body?: string;
  /** Milliseconds of a delay. */
  ms?: number;
  count?: number;
  /** Milliseconds after which it ends by itself. */
  forMs?: number;
  /** Id of a fault to end, or `all`. */
  clear?: string;
}

export interface FaultResult {
  faults: ActiveFault[];
  added?: ActiveFault;
  /** All that there are, for `list`. */
  kinds?: typeof faultKinds;
}

/** Throws E7002 when the lab is not up, E7003 for a fault it does not know. `list` needs no lab. */
export async function labFault(
  context: Pick<Context, 'env' | 'clock' | 'would'>,
  name: string,
  request: FaultRequest,
): Promise<FaultResult> {
  if (request.kind === 'list') return { faults: [], kinds: faultKinds };
  const info = await runningLab(context, name);
  const deed = changeOf(request);
  if (deed !== undefined && context.would(`${deed} in the lab ${name}`)) {
    const { body } = await callLab(info, 'GET', '/status');
    return { faults: body['faults'] as ActiveFault[] };
  }
  if (request.clear !== undefined) {
    const path = request.clear === 'all' ? '/faults' : `/faults/${encodeURIComponent(request.clear)}`;
    const answer = await callLab(info, 'DELETE', path);
    if (answer.status === 404)
      throw fail('E7003', `The lab ${name} has no fault ${request.clear}.`, {
        actions: [command('lab fault', { lab: name })],
      });
    return { faults: answer.body['faults'] as ActiveFault[] };
  }
  const added =
    request.kind === undefined
      ? undefined
      : ((await callLab(info, 'POST', '/faults', ruleOf(request.kind, request, context)))
          .body as unknown as ActiveFault);
  const { body } = await callLab(info, 'GET', '/status');
  return { faults: body['faults'] as ActiveFault[], ...(added ? { added } : {}) };
}

/** Undefined for a request that only lists. Throws E7003 for a fault that the lab does not know. */
function changeOf(request: FaultRequest): string | undefined {
  if (request.clear !== undefined) return `end fault ${request.clear}`;
  return request.kind === undefined ? undefined : `start fault ${faultOf(request.kind, request).kind}`;
}

function ruleOf(kind: string, request: FaultRequest, { clock }: Pick<Context, 'clock'>): FaultRule {
  const { server, method, path, target, count, forMs } = request;
  const until = forMs === undefined ? undefined : new Date(clock.now().getTime() + forMs).toISOString();
  return { server, method, path, target, count, until, fault: faultOf(kind, request) };
}

function faultOf(kind: string, request: FaultRequest): Fault {
  if (kind === 'status') return { kind, status: request.status ?? 503, body: request.body };
  if (kind === 'delay') return { kind, ms: request.ms ?? 1000 };
  if (kind === 'reset' || kind === 'reset-after' || kind === 'truncate') return { kind };
  const state = stateFaultKinds.find((one) => one === kind);
  if (state) return { kind: state };
  throw fail('E7003', `The lab has no fault "${kind}".`, {
    actions: [command('lab fault', 'list')],
  });
}

/** For a person. */
export function faultText({ faults }: FaultResult): string {
  if (faults.length === 0) return `no fault is active; ${command('lab fault', 'list')} shows what can be broken`;
  return faults
    .map(({ id, fault, server, method, path, target, count, until, used }) => {
      const about = [server, method, path, target].filter(Boolean).join(' ') || 'everything';
      const ends = [count === undefined ? '' : `${used}/${count} used`, until ? `until ${until}` : ''].filter(Boolean);
      return `${id}  ${fault.kind}  ${about}${ends.length > 0 ? `  (${ends.join(', ')})` : ''}`;
    })
    .join('\n');
}
