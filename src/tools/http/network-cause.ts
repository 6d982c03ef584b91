/** What a failed connection says about where to look, as a clause: at DNS, at a firewall, or at what should listen. */
import { messageOf } from '../../support/errors/errors.js';

const causes: readonly [said: RegExp, cause: string][] = [
  [/ENOTFOUND|ENODATA/, 'DNS has no address for it'],
  [/EAI_AGAIN|ESERVFAIL|ESERVER|ETIMEOUT/, 'DNS: the resolver gives no answer'],
  [/ECONNREFUSED/, 'nothing listens on that port'],
  [
    /ECONNRESET|ECONNABORTED|ENETRESET|socket hang up/,
    'the connection was closed; from a load balancer, this means that no target is healthy',
  ],
  [/ETIMEDOUT|no connection to/, 'a firewall drops it, or no machine has that address'],
  [/no complete answer within/, 'a firewall that drops it looks like this, and so does a slow server'],
  [/EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN/, 'there is no route to it'],
];

interface SystemError {
  code?: string;
  syscall?: string;
  cause?: unknown;
  errors?: readonly unknown[];
}

const nobodyThere = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED']);

/**
 * True only when no byte of the request can have left. A route that is lost while the answer is awaited has the same code as one that was
 * missing from the beginning; what the system was asked to do tells them apart. Pure.
 */
export function neverLeft(error: unknown): boolean {
  const { code = '', syscall, cause, errors } = (error ?? {}) as SystemError;
  if (nobodyThere.has(code)) return true;
  // one for each address that was tried
  if (errors?.length) return errors.every(neverLeft);
  return syscall === 'connect' || syscall === 'getaddrinfo' || (cause !== undefined && neverLeft(cause));
}

const cut = /^(ECONN|ENET|EHOST|EPIPE|ETIMEDOUT)/;

/** True when the connection failed or was cut, whatever ended it: a peer, a firewall, or an interface that goes down. Pure. */
export function wasCut(error: unknown): boolean {
  return cut.test((error as SystemError | undefined)?.code ?? '');
}

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
