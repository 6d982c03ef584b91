/** IPv4 ranges as arithmetic. Pure; whoever calls has checked that a range is one. */

export function ipv4Number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function ipv4Text(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Addresses of a range, its own and the broadcast address included. */
export function ipv4Size(range: string): number {
  return 2 ** (32 - Number(range.split('/')[1] ?? 32));
}

/** The highest address that a machine in the range can have: 10.0.1.254 of 10.0.1.0/24. */
export function lastHostOf(range: string): string {
  const [base = ''] = range.split('/');
  const size = ipv4Size(range);
  return ipv4Text(ipv4Number(base) - (ipv4Number(base) % size) + size - 2);
}
