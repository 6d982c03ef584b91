/** The address of the webhook that takes alerts. It may hold a secret: no message shows any of it. */
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { isLoopback } from '../../tools/dialer/proxies.js';

/** Throws E1304 for what is no address that is used, E1120 for one to which it would go unencrypted. */
export function webhookAddress(text: string, { lab }: { lab: boolean }): URL {
  const actions = [command('credentials set', 'alert-webhook')];
  const url = URL.parse(text);
  const host = url?.hostname ?? '';
  if (!url || host === '' || !['https:', 'http:'].includes(url.protocol))
    throw fail('E1304', 'The credential alert-webhook is not an https:// address; it is not used.', { actions });
  if (url.protocol === 'http:' && !isLoopback(host))
    throw fail('E1120', 'Plain http:// would send the address of alert-webhook unencrypted over the network.', {
      actions,
    });
  if (lab && !isLoopback(host))
    throw fail(
      'E1304',
      'In a lab the credential alert-webhook must be an address of this machine: a lab touches nothing but itself.',
      { actions },
    );
  return url;
}
