/** When git's way to a repository was cut, which it tells by a sentence alone. */
import { fail, isCatalystError } from '../../support/errors/errors.js';
import type { ConnectProxy } from '../dialer/connect-proxy.js';
import { proxyActions } from '../dialer/proxy-refusal.js';

/** Of git's commands those that change nothing, here or there, when they do not come to their end. */
export const onlyAsks: ReadonlySet<string> = new Set(['ls-remote', 'fetch']);

/** Of libcurl with GnuTLS or OpenSSL, and of git; a refusal is an answer and says none of these. */
const said =
  /non-properly terminated|SSL_ERROR_SYSCALL|Connection (reset|timed out)|(Recv|Send) failure|Empty reply|early EOF|unexpected(ly)? (disconnect|hung up)|hung up unexpectedly/i;

export function wasCut(error: unknown): boolean {
  return isCatalystError(error, 'E3002') && (error.data.cut === true || said.test(error.message));
}

/** The result of a program that is led through our proxy; an error has the reason that only the proxy knows. */
export async function withReason<T>(proxy: ConnectProxy | undefined, running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    const why = proxy?.takeFailure();
    if (!why || !isCatalystError(error)) throw error;
    const data = { ...error.data, cut: true };
    const actions = [...proxyActions(why), ...error.actions];
    throw fail(error.code, `${error.message} ${why}`, { cause: error, actions, data });
  } finally {
    // what passed is no reason of what comes after it
    proxy?.takeFailure();
  }
}
