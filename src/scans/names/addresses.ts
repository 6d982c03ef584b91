/** Addresses of both families in a text: alone, with a port or a mask, and as part of a network small enough to single them out. Pure. */
import { isIP } from 'node:net';
import { networksOf } from '../../support/addresses/networks.js';

/** A wider network than these names nobody: `0.0.0.0/0` or a provider's whole range. */
const narrowest = { ipv4: 16, ipv6: 32 } as const;

/** The one way to write an address: IPv6 compressed and in lower case, an IPv4 address mapped into IPv6 as IPv4. */
export function canonicalAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const short = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (!mapped) return short;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

export interface AddressSearch {
  readonly addresses: readonly string[];
  /** Those that the text names, or has in a network that it names. @param text normalized */
  in(text: string): string[];
}

const v4Network = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})(?!\d)/g;
const v6Word =
  /(?<![0-9a-z:])((?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}))(?:\/(\d{1,3}))?(?![0-9a-z:])/g;

export function createAddressSearch(given: readonly string[]): AddressSearch {
  const addresses = [...new Set(given.filter((one) => isIP(one) !== 0).map(canonicalAddress))].sort();
  const v4 = addresses.filter((one) => isIP(one) === 4);
  const within = (network: string, mask: number) => {
    if (mask < (isIP(network) === 6 ? narrowest.ipv6 : narrowest.ipv4)) return [];
    return addresses.filter(networksOf([`${network}/${mask}`]));
  };
  return {
    addresses,
    in(text) {
      if (addresses.length === 0) return [];
      const found = new Set(v4.filter((one) => isWhole(text, one)));
      if (v4.length > 0 && text.includes('/'))
        for (const [, network, mask] of text.matchAll(v4Network))
          for (const one of within(network!, Number(mask))) found.add(one);
      // an IPv4 address may be written into an IPv6 one
      if (text.includes('::') || (addresses.length > v4.length && text.includes(':')))
        for (const [, word, mask] of text.matchAll(v6Word)) {
          if (isIP(word!) !== 6) continue;
          const canonical = canonicalAddress(word!);
          if (addresses.includes(canonical)) found.add(canonical);
          else if (mask !== undefined) for (const one of within(word!, Number(mask))) found.add(one);
        }
      return [...found];
    },
  };
}

function isWhole(text: string, address: string): boolean {
  for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + address.length] ?? '';
    const continued = /\d/.test(before) || (before === '.' && /\d/.test(text[at - 2] ?? ''));
    if (!continued && !/\d/.test(after) && !(after === '.' && /\d/.test(text[at + address.length + 1] ?? '')))
      return true;
  }
  return false;
}
