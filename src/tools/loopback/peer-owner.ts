/** Whose process is at the other end of a connection on loopback. Linux alone says it. */
import { readFileSync } from 'node:fs';

export interface Ports {
  /** Of the other end. */
  peer: number;
  own: number;
}

const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');

/** The user's id; undefined when no process of this machine has such a connection; `unknown` where the system does not tell. */
export function ownerOfPeer({ peer, own }: Ports, read = readTables): number | undefined | 'unknown' {
  const lines = read();
  if (lines === undefined) return 'unknown';
  for (const line of lines) {
    // "0: 0100007F:ACA1 0100007F:1F90 01 …", each address and port in hexadecimal; the eighth is the user
    const [, local = '', remote = '', , , , , uid] = line.trim().split(/\s+/);
    if (local.endsWith(`:${hex(peer)}`) && remote.endsWith(`:${hex(own)}`)) return Number(uid);
  }
  return undefined;
}

/** Undefined where there are none. */
function readTables(): string[] | undefined {
  const found = tables.flatMap((path) => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  });
  return found.length === 0 ? undefined : found.flatMap((text) => text.split('\n'));
}
