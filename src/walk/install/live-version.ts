/** What of a Blueprint is live: the digest of its chart and the Git commit that Flux has, for the evidence. */
import { fluxNamespace } from '../../blueprints/charts/chart-source.js';
import type { Evidence } from '../../engine/step.js';
import type { Kube } from '../../kubernetes/client/kube.js';

/** `release`: name of the HelmRelease in flux-system. Both are left out while they do not exist (before the pivot: no commit). */
export async function liveVersion(kube: Kube, release: string): Promise<Pick<Evidence, 'digest' | 'sha'>> {
  const [chart, source] = await Promise.all([
    kube.get({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmChart',
      namespace: fluxNamespace,
      name: `${fluxNamespace}-${release}`,
    }),
    kube.get({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      namespace: fluxNamespace,
      name: fluxNamespace,
    }),
  ]);
  const digest = chart?.status?.artifact?.digest as string | undefined;
  const sha = (source?.status?.artifact?.revision as string | undefined)?.split(':').at(-1);
  return { ...(digest ? { digest } : {}), ...(sha ? { sha } : {}) };
}
