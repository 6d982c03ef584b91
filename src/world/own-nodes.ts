/** Whether a kubeconfig that a person gave leads to the Sovereign: by its nodes, which are servers of this Sovereign at Hetzner. */
import type { HetznerApi } from '../hetzner/api/api.js';
import { sovereignLabel } from '../hetzner/names.js';
import type { Kube } from '../kubernetes/client/kube.js';
import { fail } from '../support/errors/errors.js';

/**
 * Asked as long as the journal does not know the cluster's UID. Hetzner's ids are unique over all projects; where no cloud controller
 * has written one to a Node yet, its name counts.
 *
 * @throws E1410 when no node is a server with this Sovereign's label in the project of the token; what either API throws
 */
export async function requireOwnNodes(
  kube: Pick<Kube, 'list' | 'kubeconfig' | 'server'>,
  hetzner: Pick<HetznerApi, 'list'>,
  fqdn: string,
): Promise<void> {
  const [nodes, servers] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Node' }),
    hetzner.list('server', { labelSelector: `${sovereignLabel}==${fqdn}` }),
  ]);
  const ids = new Set(servers.map(({ id }) => `hcloud://${id}`));
  const names = new Set(servers.map(({ name }) => name));
  const isOwn = nodes.some(({ metadata, spec }) =>
    spec?.providerID ? ids.has(spec.providerID) : names.has(metadata.name),
  );
  if (isOwn) return;
  const listed = (all: string[]) => all.sort().join(', ') || 'none';
  throw fail(
    'E1410',
    `The kubeconfig ${kube.kubeconfig} leads to a cluster (${kube.server}) none of whose nodes is a server of ${fqdn} at Hetzner. Its nodes: ${listed(nodes.map(({ metadata }) => metadata.name))}; servers of ${fqdn} in the project: ${listed([...names])}. Nothing was changed.`,
    {
      actions: [
        'check --kubeconfig (CATALYST_KUBECONFIG): it must lead to the Sovereign, or be left out',
        `kubectl --kubeconfig ${kube.kubeconfig} get nodes -o wide`,
      ],
      data: { kubeconfig: kube.kubeconfig, nodes: nodes.map(({ metadata }) => metadata.name), servers: [...names] },
    },
  );
}
