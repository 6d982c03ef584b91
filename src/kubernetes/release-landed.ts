/** helm said that it is done: its record must then stand on the server that catalyst named, before anything is waited for there. */
import { fail } from '../support/errors/errors.js';
import type { Kube } from './client/kube.js';

/** Throws E3006 when the server of `kube` has no record of that release. */
export async function requireRelease(
  kube: Pick<Kube, 'list' | 'server' | 'kubeconfig'>,
  { namespace, releaseName }: { namespace: string; releaseName: string },
): Promise<void> {
  const labelSelector = `owner=helm,name=${releaseName}`;
  const records = await kube.list({ apiVersion: 'v1', kind: 'Secret', namespace, labelSelector });
  if (records.length > 0) return;
  throw fail(
    'E3006',
    `helm reported release ${namespace}/${releaseName} as installed, and ${kube.server} has no record of it: helm acted on another cluster.`,
    {
      actions: [`helm list --all-namespaces --kubeconfig ${kube.kubeconfig}`, 'helm env'],
      data: { server: kube.server, namespace, releaseName },
    },
  );
}
