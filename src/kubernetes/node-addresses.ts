import type { Kube } from './client/kube.js';

/** Public IPv4 addresses of the nodes, sorted: where dnsdist answers on host port 53. */
export async function nodeAddresses(kube: Kube): Promise<string[]> {
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  const addresses = nodes.flatMap((node) => (node.status?.addresses ?? []) as { type: string; address: string }[]);
  return [
    ...new Set(
      addresses.filter((one) => one.type === 'ExternalIP' && !one.address.includes(':')).map((one) => one.address),
    ),
  ].sort();
}
