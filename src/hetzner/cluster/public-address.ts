/** The public address of this machine, over the family that is dialed: servers are reached by their IPv4 addresses. */
import { isIP, isIPv4 } from 'node:net';
import { networksOf } from '../../support/addresses/networks.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { Http } from '../../tools/http/http.js';

/** Answers with the address that a call comes from, as text. */
export const addressService = 'https://ip.hetzner.com';

/**
 * Throws E2008 when it cannot be determined, or when the service answers with anything but an IPv4 address.
 * @param http without a proxy: SSH does not go through one, and the service would answer with the address of the proxy
 */
export async function publicAddress(http: Http, { signal }: { signal: AbortSignal }): Promise<string> {
  const answer = await http({ url: addressService, family: 4, timeoutMs: 10_000, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unknown(messageOf(error), error);
  });
  if (answer.status !== 200) throw unknown(`${addressService} answered with status ${answer.status}`);
  const text = answer.text.trim();
  if (isIPv4(text)) return text;
  if (isIP(text) === 6)
    throw unknown(`${addressService} reported the IPv6 address ${text}, and servers are reached over IPv4`);
  throw unknown(`${addressService} did not answer with an address`);
}

/** Whether the firewall lets this address in. @param from CIDRs */
export const admits = (from: readonly string[], address: string): boolean => networksOf(from)(address);

function unknown(why: string, cause?: unknown) {
  return fail(
    'E2008',
    `Cannot determine this machine's public IPv4 address, which the SSH firewall rule needs: ${why}.`,
    {
      actions: ['set spec.hetzner.sshFrom, such as ["198.51.100.7/32"]'],
      cause,
    },
  );
}
