/** Networks in CIDR form, exactly by their masks, in both address families. Pure. */
import { BlockList, isIP } from 'node:net';

export interface Network {
  base: string;
  bits: number;
  family: 'ipv4' | 'ipv6';
}

/** Of `10.42.0.0/16`; an address alone is a network of one. Undefined for what is neither. */
export function networkIn(text: string): Network | undefined {
  const [, base = '', mask] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(base);
  if (version === 0) return undefined;
  const most = version === 6 ? 128 : 32;
  const bits = Number(mask ?? most);
  return bits > most ? undefined : { base, bits, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/**
 * Whether an address lies in one of the networks; a name never does, nor does an address of the other family, save an IPv4 address that
 * is written as IPv6 (`::ffff:127.0.0.1`). What is no network holds nothing.
 */
export function networksOf(texts: readonly string[]): (address: string) => boolean {
  // a list of both families takes an IPv4 address for one of ::/0
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of texts) {
    const network = networkIn(text);
    if (network) lists[network.family].addSubnet(network.base, network.bits, network.family);
  }
  return (address) => {
    const version = isIP(address);
    if (version === 6) return lists.ipv6.check(address, 'ipv6') || lists.ipv4.check(address, 'ipv6');
    return version === 4 && lists.ipv4.check(address, 'ipv4');
  };
}
