import type { Kube } from '../kubernetes/client/kube.js';
import { isCatalystError } from '../support/errors/errors.js';
import type { World } from './world.js';

/** The Sovereign's API, or undefined while there is no cluster: plans are made before it exists. */
export async function kubeIfAny(world: World): Promise<Kube | undefined> {
  try {
    const kube = await world.kube();
    await kube.raw('/version');
    return kube;
  } catch (error) {
    if (isCatalystError(error, 'E3101')) return undefined;
    throw error;
  }
}
