/** Whether raw data is of a whole look: a scan or a fingerprint that was thinned out has nothing to find. Pure. */
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import { protectedPages } from '../../mother/protected/protected-set.js';
import type { ScanResult } from '../../scans/scan.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';

/** Kinds that the Sovereign and her mother serve in any case. Everything else that a scan looks at depends on the cluster's own discovery. */
const everyCluster = ['configmaps', 'deployments', 'helmreleases', 'kustomizations', 'pods', 'secrets', 'services'];

/** Why a scan of a cluster's objects cannot have been the whole one; undefined when nothing says so. */
export function cutShort({ looked }: ScanResult, cluster: 'the Sovereign' | 'the mother'): string | undefined {
  const isOf = (plural: string, place: string) => place.startsWith(`${plural} (`) && place.endsWith(` on ${cluster}`);
  const missing = everyCluster.filter((plural) => !looked.some(({ place }) => isOf(plural, place)));
  return missing.length > 0 ? `the scan has no look at ${missing.join(', ')} on ${cluster}` : undefined;
}

/** Why a fingerprint cannot be of the whole protected set; undefined when nothing says so. */
export function thinnedOut({ objects, pages }: Fingerprint, sovereign: Sovereign): string | undefined {
  if (objects.length === 0) return 'a fingerprint has no object of the protected set';
  const missing = protectedPages(sovereign).filter((url) => !pages.some((page) => page.url === url));
  return missing.length > 0 ? `a fingerprint has no page ${missing.join(', ')}` : undefined;
}
