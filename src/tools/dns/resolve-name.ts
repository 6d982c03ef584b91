/** Names to addresses: by the system, or by the recursive server that the spec names. */
import { lookup, Resolver } from 'node:dns/promises';

/** Addresses in the order in which they are tried. Rejects with what the resolver says when there are none. */
export type Resolve = (name: string, family?: 4 | 6) => Promise<string[]>;

/** Made once for each server: every one of them reads the files of the system. */
const resolvers = new Map<string, Resolver>();

/** @param server `host:port` of a recursive DNS server; left out: the resolver of this machine */
export function createResolve(server?: string): Resolve {
  if (server === undefined)
    return async (name, family) => {
      const found = await lookup(name, { all: true, family: family ?? 0 });
      return found.map(({ address }) => address);
    };
  const resolver = resolvers.get(server) ?? new Resolver({ timeout: 3000, tries: 2 });
  if (!resolvers.has(server)) resolver.setServers([server]);
  resolvers.set(server, resolver);
  return async (name, family) => {
    const asked = [
      ...(family === 6 ? [] : [resolver.resolve4(name)]),
      ...(family === 4 ? [] : [resolver.resolve6(name)]),
    ];
    const answers = await Promise.allSettled(asked);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const refused = answers.find((answer) => answer.status === 'rejected');
    if (found.length === 0) throw refused?.reason;
    return found;
  };
}
