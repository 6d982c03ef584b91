/** The Sovereign's kubeconfig that this machine keeps, and whether it is still that of the cluster. */
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { CatalystError } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import { findPart } from './find-part.js';

/** Node's codes for a certificate that the authority in the kubeconfig did not sign. */
const signedByAnother = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** Whether a control plane of the Sovereign exists at Hetzner. */
export async function hasControlPlane(world: World): Promise<boolean> {
  const leading = clusterParts(world.sovereign).servers.filter(({ role }) => role !== 'worker');
  const there = await Promise.all(leading.map(({ name }) => findPart(world, 'server', name)));
  return there.some((server) => server !== undefined);
}

/**
 * Whether it is to be read from the control plane: there is none, no control plane is left that it could be of, or what answers at its
 * address has another authority: servers that were purged or deleted in the Console, and made again. It is then read over SSH, whose
 * host key is pinned: whoever merely answers at that address cannot slip in another one.
 */
export async function needsKubeconfig(world: World): Promise<boolean> {
  if (!(await world.credentials.find('sovereign-kubeconfig')) || !(await hasControlPlane(world))) return true;
  try {
    await (await world.kube()).raw('/version');
    return false;
  } catch (error) {
    return error instanceof CatalystError && signedByAnother.has(String(error.data['code']));
  }
}
