/**
 * The internet of a lab: public addresses, and what becomes of a packet that is sent to one. An address leads nowhere by itself;
 * whoever has it says which of its ports answers, to whom, and over which address family.
 */
import { addressesEqual } from './networks.js';

export interface Packet {
  /** Public address of the sender, of the family of `to`. */
  from: string;
  to: string;
  port: number;
  protocol: 'tcp' | 'udp';
}

/** The loopback port of what takes the packet; or that nobody listens there; or silence, as of a firewall or a machine that is off. */
export type Arrival = number | 'refused' | 'dropped';

/** Somebody's addresses; undefined for a packet that is for none of them. */
export type Hosts = (packet: Packet) => Arrival | undefined;

export interface Internet {
  arrive(packet: Packet): Arrival;
}

/** Nobody answers for an address that nobody has. */
export function createInternet(hosts: readonly Hosts[]): Internet {
  return {
    arrive(packet) {
      for (const one of hosts) {
        const arrival = one(packet);
        if (arrival !== undefined) return arrival;
      }
      return 'dropped';
    },
  };
}

/** A host that stands there for everybody: `443/tcp` → loopback port, asked at each packet. */
export function openHost(addresses: readonly string[], ports: Readonly<Record<string, () => number>>): Hosts {
  return ({ to, port, protocol }) =>
    addresses.some((address) => addressesEqual(address, to))
      ? (ports[`${port}/${protocol}`]?.() ?? 'refused')
      : undefined;
}

/** Of the machine on which catalyst runs, from the ranges for documentation: what the address service reports to it. */
export const callerAddresses = { ipv4: '198.51.100.7', ipv6: '2001:db8:c::7' };
/** Of the recursive name server that it asks. */
export const resolverAddresses = { ipv4: '198.51.100.53', ipv6: '2001:db8:c::53' };

/** The sender's address in the family of the one that is dialed. */
export const sentFrom = (own: { ipv4: string; ipv6: string }, to: string): string =>
  to.includes(':') ? own.ipv6 : own.ipv4;
