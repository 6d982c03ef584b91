/** A kubeconfig that a person gives leads to the Sovereign, or nothing is drained: its nodes are compared with the servers at Hetzner. */
import { expect, it } from 'vitest';
import { requireOwnNodes } from '../../../src/world/own-nodes.js';
import { fakeKube } from '../../fakes/fake-kube.js';

const fqdn = 'omantel.omani.works';
function cluster(nodes: { name: string; providerID?: string }[]) {
  const kube = fakeKube();
  for (const { name, providerID } of nodes)
    kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: providerID ? { providerID } : {} });
  return { ...kube, server: 'https://203.0.113.9:6443', kubeconfig: '/given.kubeconfig' };
}
const asked: unknown[] = [];
const project = (servers: { id: number; name: string }[]) => ({
  list: async (type: string, query?: unknown) => {
    asked.push([type, query]);
    return servers as never;
  },
});
const ours = project([{ id: 4711, name: 'catalyst-omantel-omani-works-cp1' }]);

it('one node that is a server with the label of the Sovereign is enough: a claim may have made the others', async () => {
  const nodes = [
    { name: 'pool-a', providerID: 'hcloud://9' },
    { name: 'cp1', providerID: 'hcloud://4711' },
  ];
  await requireOwnNodes(cluster(nodes), ours, fqdn);
  expect(asked.at(-1)).toEqual(['server', { labelSelector: `catalyst.openova.io/sovereign==${fqdn}` }]);
});

it('before a cloud controller has written ids, the name of the server counts', async () => {
  await requireOwnNodes(cluster([{ name: 'catalyst-omantel-omani-works-cp1' }]), ours, fqdn);
});

it.each([
  ['the same name in another project', [{ name: 'catalyst-omantel-omani-works-cp1', providerID: 'hcloud://9' }], ours],
  ['another cluster', [{ name: 'prod-1' }], ours],
  ['a cluster without nodes', [], ours],
  ['no server at Hetzner yet', [{ name: 'cp1', providerID: 'hcloud://4711' }], project([])],
])('%s is refused before anything is written', async (_, nodes, hetzner) => {
  await expect(requireOwnNodes(cluster(nodes), hetzner, fqdn)).rejects.toMatchObject({
    code: 'E1410',
    exitCode: 7,
    message: expect.stringMatching(
      /none of whose nodes is a server of omantel\.omani\.works .* Nothing was changed\.$/,
    ),
  });
});
