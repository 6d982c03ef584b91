/** Puts the typed layer together: transport, budget, retries, paging, actions. */
import { type LabMark, labMarkIn } from '../../sovereign/lab-mark.js';
import { type Clock, systemClock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { Dialer } from '../../tools/dialer/dialer.js';
import { through } from '../../tools/dialer/proxy-refusal.js';
import { createActionWaiter } from './actions.js';
import { actionsIn, resourceIn } from './answers.js';
import type { HetznerApi, HetznerWriter } from './api.js';
import { createBudget } from './budget.js';
import { createCaller } from './caller.js';
import { listAll } from './paging.js';
import { checkedPricing, checkedResource } from './response-schema.js';
import { createTransport, type HetznerTransport } from './transport.js';
import { plural, type ResourceType } from './types.js';

export const hetznerEndpoint = 'https://api.hetzner.cloud/v1';

export interface HetznerOptions {
  token: string;
  /** Default: Hetzner's own. */
  endpoint?: string;
  signal: AbortSignal;
  clock?: Clock;
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
  /** Default: HTTP by hcloud-js. */
  transport?: HetznerTransport;
}

/** Throws E2003 for a token that cannot be one (Hetzner's have 64 letters and digits) before anything is sent to Hetzner itself. */
export function createHetznerApi({ token, signal, ...options }: HetznerOptions): HetznerApi & HetznerWriter {
  const endpoint = (options.endpoint ?? hetznerEndpoint).replace(/\/+$/, '');
  assertToken(token, endpoint);
  const clock = options.clock ?? systemClock;
  const budget = createBudget(clock);
  const send = options.transport ?? createTransport({ token, endpoint, dialer: options.dialer });
  let answered = false;
  let lab: LabMark | undefined;
  const transport: HetznerTransport = async (request) => {
    const answer = await send(request);
    answered = true;
    lab ??= labMarkIn(answer.headers);
    return answer;
  };
  const url = new URL(endpoint);
  const call = createCaller({
    transport,
    budget,
    clock,
    signal,
    endpoint,
    via: options.dialer?.told(url),
    through: options.dialer && through(options.dialer.way(url), url),
  });
  const settle = createActionWaiter(call, clock, signal);
  const one = async (path: string, key: string) => {
    const answer = await call({ method: 'GET', path }, [404]);
    return answer.status === 404 ? undefined : resourceIn(answer.body, key, `GET ${path}`);
  };
  return {
    endpoint,
    tokenFingerprint: tokenFingerprint(token),
    requests: () => budget.used(),
    async lab() {
      if (!answered)
        await call({ method: 'GET', path: '/locations' }).catch((error: unknown) => {
          // A refusal is an answer too, and carries the mark.
          if (!answered) throw error;
        });
      return lab;
    },
    list: async (type, query = {}) => {
      const items = await listAll(call, `/${plural(type)}`, plural(type), {
        label_selector: query.labelSelector,
        name: query.name,
        type: query.type,
        architecture: query.architecture,
      });
      return items.map((item) => checkedResource(type, item));
    },
    get: async (type, id) => {
      const item = await one(`/${plural(type)}/${id}`, type);
      return item === undefined ? undefined : checkedResource(type, item);
    },
    create: async (type, body) => {
      const path = `/${plural(type)}`;
      const answer = await call({ method: 'POST', path, body });
      const resource = resourceIn(answer.body, type, `POST ${path}`);
      return { resource: resource as never, actions: actionsIn(answer.body, `POST ${path}`) };
    },
    delete: async (type, id) => {
      const path = `/${plural(type)}/${id}`;
      const answer = await call({ method: 'DELETE', path }, [404]);
      return {
        gone: answer.status === 404,
        actions: answer.status === 404 ? [] : actionsIn(answer.body, `DELETE ${path}`),
      };
    },
    act: async (type: ResourceType, id, action, body = {}) => {
      const path = `/${plural(type)}/${id}/actions/${action}`;
      return actionsIn((await call({ method: 'POST', path, body, repeatable: true })).body, `POST ${path}`);
    },
    settle,
    serverTypes: () => listAll(call, '/server_types', 'server_types'),
    loadBalancerTypes: () => listAll(call, '/load_balancer_types', 'load_balancer_types'),
    locations: () => listAll(call, '/locations', 'locations'),
    async pricing() {
      const { body } = await call({ method: 'GET', path: '/pricing' });
      return checkedPricing((body as { pricing?: unknown } | null | undefined)?.pricing);
    },
  };
}

/** First half of a token's sha256: stable per token, tells nothing about it. */
export function tokenFingerprint(token: string): string {
  return sha256(token).slice(0, 32);
}

function assertToken(token: string, endpoint: string): void {
  const ours = endpoint === hetznerEndpoint;
  const problem =
    token.trim() === '' || /[^\x21-\x7e]/.test(token)
      ? 'is empty or contains spaces'
      : ours && !/^[A-Za-z0-9]{64}$/.test(token)
        ? `has ${token.length} characters; Hetzner's have 64 letters and digits`
        : undefined;
  if (!problem) return;
  throw fail('E2003', `The Hetzner token ${problem}.`, { actions: [command('credentials set', 'hcloud-token')] });
}
