import type { Kube } from '../kubernetes/client/kube.js';
import { isCatalystError } from '../support/errors/errors.js';
import type { World } from './world.js';

/** For `catch`: undefined where a cluster does not exist yet or does not answer (E3101). Throws every other error again. */
export function noClusterYet(error: unknown): undefined {
  if (!isCatalystError(error, 'E3101')) throw error;
}

/** The Sovereign's API, or undefined while there is no cluster: plans are made before it exists. */
export async function kubeIfAny(world: World): Promise<Kube | undefined> {
  const look = async () => {
    const kube = await world.kube();
    await kube.raw('/version');
    return kube;
  };
  return look().catch(noClusterYet);
}
