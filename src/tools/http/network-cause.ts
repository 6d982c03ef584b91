/** What a failed connection says about where to look, as a clause: at DNS, at a firewall, or at what should listen. */
import { messageOf } from '../../support/errors/errors.js';

const causes: readonly [said: RegExp, cause: string][] = [
  [/ENOTFOUND|ENODATA/, 'DNS has no address for it'],
  [/EAI_AGAIN|ESERVFAIL|ESERVER|ETIMEOUT/, 'DNS: the resolver gives no answer'],
  [/ECONNREFUSED/, 'nothing listens on that port'],
  [
    /ECONNRESET|socket hang up/,
    'the connection was closed; from a load balancer, this means that no target is healthy',
  ],
  [/ETIMEDOUT|no connection to/, 'a firewall drops it, or no machine has that address'],
  [/no complete answer within/, 'a firewall that drops it looks like this, and so does a slow server'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it'],
];

/** Undefined when the network is not to blame. Pure. */
export function networkCause(said: string): string | undefined {
  return causes.find(([pattern]) => pattern.test(said))?.[1];
}

/** The message of what was thrown, with the cause where there is one. */
export function withCause(error: unknown): string {
  const message = messageOf(error);
  const cause = networkCause(`${(error as { code?: string }).code ?? ''} ${message}`);
  return cause ? `${message} (${cause})` : message;
}
