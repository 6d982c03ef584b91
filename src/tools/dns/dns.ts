/** One DNS question to one server, over UDP or TCP, with no resolver between. */
export interface DnsAnswer {
  rcode: string;
  authoritative: boolean;
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
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** `server` is an address or name; `access.connectTo` rules for port 53 apply. */
export type DnsQuery = (question: DnsQuestion) => Promise<DnsAnswer>;
