/** Addresses and networks of both families. */
import { BlockList, isIP } from 'node:net';

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether an address lies in a network in CIDR form; never in one of the other family. */
export function isWithin(address: string, cidr: string): boolean {
  const [base = '', bits] = cidr.split('/');
  const family = isIP(base);
  if (family === 0 || family !== isIP(address)) return false;
  const network = new BlockList();
  network.addSubnet(base, Number(bits ?? (family === 6 ? 128 : 32)), familyOf(base));
  return network.check(address, familyOf(address));
}

/** However they are written. */
export const addressesEqual = (one: string, other: string): boolean =>
  one === other || (isIP(one) === 6 && isIP(other) === 6 && isWithin(other, `${one}/128`));
