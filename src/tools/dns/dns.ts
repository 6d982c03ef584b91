/** One DNS question to one server, over UDP or TCP, with no resolver between. */
export interface DnsAnswer {
  rcode: string;
  authoritative: boolean;
  /** A resolver says that it has validated the chain of DNSSEC; never true of what was not asked recursively. */
  authenticated?: boolean;
  answers: { name: string; type: string; ttl: number; data: unknown }[];
  authorities: { name: string; type: string; ttl: number; data: unknown }[];
  additionals: { name: string; type: string; ttl: number; data: unknown }[];
}

export interface DnsQuestion {
  server: string;
  port?: number;
  name: string;
  type: 'SOA' | 'NS' | 'A' | 'AAAA' | 'TXT' | 'DS' | 'CNAME';
  transport: 'udp' | 'tcp';
  /** Asks a resolver to find out, not a server for what it has. */
  recursive?: true;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** `server` is an address or name; `access.connectTo` rules for port 53 apply. */
export type DnsQuery = (question: DnsQuestion) => Promise<DnsAnswer>;
